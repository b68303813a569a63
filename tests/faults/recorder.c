/* Records what a program does to the files under one folder, for the tests that cut its power.

   LD_PRELOAD=recorder.so RECORDER_HOME=/folder RECORDER_LOG=/file program
   Each record: one byte what it was; two lengths (4 bytes, big endian) of path and second path or data; offset
   (8 bytes, big endian); the path under the folder; the rest. Writes to descriptor 1 are what the program said.
   SQLite's index of the log (-shm) is rebuilt after a crash and is left out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static char home[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("RECORDER_HOME"), *file = getenv("RECORDER_LOG");
    if (folder && file && realpath(folder, home))
        log_file = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static const char *under_home(const char *path) {
    size_t length = strlen(home), end = strlen(path);
    if (log_file < 0 || !length || strncmp(path, home, length) || (path[length] && path[length] != '/')) return NULL;
    if (end >= 4 && !strcmp(path + end - 4, "-shm")) return NULL;
    return path[length] ? path + length + 1 : ".";
}

static const char *of_descriptor(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    if (length < 0) return NULL;
    buffer[length] = 0;
    return under_home(buffer);
}

static const char *of_path(int folder, const char *path, char *buffer) {
    char whole[PATH_MAX * 2], parent[PATH_MAX];
    if (path[0] == '/' || folder == AT_FDCWD) {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, parent, sizeof parent - 1);
        if (length < 0) return NULL;
        parent[length] = 0;
        snprintf(whole, sizeof whole, "%s/%s", parent, path);
    }
    char *slash = strrchr(whole, '/');
    const char *name = slash ? slash + 1 : whole;
    char named[PATH_MAX * 2];
    snprintf(named, sizeof named, "%s", name);
    if (slash) *slash = 0;
    if (!realpath(slash ? (whole[0] ? whole : "/") : ".", parent)) return NULL;
    if (strlen(parent) + strlen(named) + 2 > PATH_MAX) return NULL;
    sprintf(buffer, "%s/%s", parent, named);
    return under_home(buffer);
}

static void put(unsigned char *to, uint64_t value, int bytes) {
    for (int place = 0; place < bytes; place++) to[place] = (unsigned char)(value >> 8 * (bytes - 1 - place));
}

static void note(char what, const char *path, uint64_t offset, const void *data, size_t size) {
    ssize_t (*out)(int, const struct iovec *, int) = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    unsigned char head[17];
    int error = errno;
    head[0] = (unsigned char)what;
    put(head + 1, strlen(path), 4);
    put(head + 5, size, 4);
    put(head + 9, offset, 8);
    struct iovec parts[3] = {{head, sizeof head}, {(void *)path, strlen(path)}, {(void *)data, size}};
    pthread_mutex_lock(&one_at_a_time);
    if (out(log_file, parts, 3) < 0) abort();
    pthread_mutex_unlock(&one_at_a_time);
    errno = error;
}

static void wrote(int fd, const void *data, ssize_t done, off_t offset) {
    char buffer[PATH_MAX];
    if (log_file < 0 || done <= 0 || fd == log_file) return;
    if (fd == 1) {
        note('S', "", 0, data, (size_t)done);
        return;
    }
    const char *path = of_descriptor(fd, buffer);
    if (path) note('W', path, (uint64_t)offset, data, (size_t)done);
}

static off_t place_before(int fd, ssize_t done) {
    off_t now = lseek(fd, 0, SEEK_CUR);
    return now < 0 ? 0 : now - done;
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t done = real(fd, data, size);
    if (done > 0) wrote(fd, data, done, place_before(fd, done));
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    ssize_t done = real(fd, data, size, offset);
    wrote(fd, data, done, offset);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    ssize_t done = real(fd, data, size, offset);
    wrote(fd, data, done, offset);
    return done;
}

static int cut(int fd, off_t size, int done) {
    char buffer[PATH_MAX];
    const char *path = done ? NULL : of_descriptor(fd, buffer);
    if (path) note('T', path, (uint64_t)size, "", 0);
    return done;
}

int ftruncate(int fd, off_t size) {
    REAL(int, "ftruncate", int, off_t);
    return cut(fd, size, real(fd, size));
}

int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    return cut(fd, size, real(fd, size));
}

static int synced(int fd, int done) {
    char buffer[PATH_MAX];
    const char *path = done ? NULL : of_descriptor(fd, buffer);
    if (path) note('F', path, 0, "", 0);
    return done;
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return synced(fd, real(fd));
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return synced(fd, real(fd));
}

static int opened(int fd, int flags, int was_there) {
    char buffer[PATH_MAX];
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    const char *path = fd < 0 || !writes ? NULL : of_descriptor(fd, buffer);
    if (path && !was_there) note('C', path, 0, "", 0);
    else if (path && flags & O_TRUNC) note('T', path, 0, "", 0);
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        int was_there = !access(path, F_OK); \
        return opened(real(path, flags, mode), flags, was_there); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        int was_there = !faccessat(folder, path, F_OK, 0); \
        return opened(real(folder, path, flags, mode), flags, was_there); \
    }
OPENAT(openat)
OPENAT(openat64)

static int moved(int a, const char *from, int b, const char *to, int done) {
    char first[PATH_MAX], second[PATH_MAX];
    if (done || log_file < 0) return done;
    const char *old = of_path(a, from, first), *new = of_path(b, to, second);
    if (old && new) note('R', old, 0, new, strlen(new));
    return done;
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return moved(AT_FDCWD, from, AT_FDCWD, to, real(from, to));
}

int renameat(int a, const char *from, int b, const char *to) {
    REAL(int, "renameat", int, const char *, int, const char *);
    return moved(a, from, b, to, real(a, from, b, to));
}

static int gone(int folder, const char *path, int done) {
    char buffer[PATH_MAX];
    const char *known = done || log_file < 0 ? NULL : of_path(folder, path, buffer);
    if (known) note('U', known, 0, "", 0);
    return done;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return gone(AT_FDCWD, path, real(path));
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    return gone(folder, path, real(folder, path, flags));
}

static int folder_made(int folder, const char *path, int done) {
    char buffer[PATH_MAX];
    const char *known = done || log_file < 0 ? NULL : of_path(folder, path, buffer);
    if (known) note('M', known, 0, "", 0);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return folder_made(AT_FDCWD, path, real(path, mode));
}

int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    return folder_made(folder, path, real(folder, path, mode));
}
