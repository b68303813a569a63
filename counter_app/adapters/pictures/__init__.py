"""Pictures of paper: finding the sheet, making it straight, the diet, and the camera. Loaded by the first use."""
