// LD_PRELOAD: records every call that changes files below PSRDB_RECORD_BELOW in PSRDB_RECORD_TO,
// in the order in which they took effect. Recording.swift reads it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// A call and its entry in the record are one step, whatever the threads.
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

struct __attribute__((packed)) call {
  char what;        // create, truncate, write, sync, rename, unlink, mkdir: by first letter
  uint8_t durable;  // the file was opened with O_DSYNC or O_SYNC
  uint16_t path, other;
  uint64_t offset, count;
};

static const char *below(const char *path) {
  const char *base = getenv("PSRDB_RECORD_BELOW");
  size_t n = base ? strlen(base) : 0;
  if (!n || strncmp(path, base, n)) return NULL;
  return path[n] == '/' ? path + n + 1 : path[n] ? NULL : path + n;
}

static void put(const void *bytes, size_t n) {
  static int to = -1;
  if (to < 0) {
    to = REAL(open)(getenv("PSRDB_RECORD_TO"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  for (size_t done = 0; done < n;) {
    ssize_t m = REAL(write)(to, (const char *)bytes + done, n - done);
    if (m <= 0) abort();
    done += (size_t)m;
  }
}

// `path` and `other` as given to the call; nothing is kept of files elsewhere.
static void record(struct call call, const char *path, const char *other,
                   const struct iovec *data) {
  int saved = errno;
  if ((path = below(path))) {
    if (other && !(other = below(other))) abort();
    call.path = (uint16_t)strlen(path);
    call.other = other ? (uint16_t)strlen(other) : 0;
    put(&call, sizeof call);
    put(path, call.path);
    if (other) put(other, call.other);
    for (size_t left = data ? call.count : 0; left; data++) {
      size_t n = data->iov_len < left ? data->iov_len : left;
      put(data->iov_base, n);
      left -= n;
    }
  }
  errno = saved;
}

static char *name_of(int fd, char path[4096]) {
  char link[64];
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, 4095);
  path[n < 0 ? 0 : n] = 0;
  errno = saved;
  return path;
}

static uint8_t is_durable(int fd) { return (fcntl(fd, F_GETFL) & O_DSYNC) != 0; }

#define STEP(type, failed, act, note)       \
  pthread_mutex_lock(&order);               \
  type result = act;                        \
  if (result != failed) { note; }           \
  pthread_mutex_unlock(&order);             \
  return result;

static ssize_t wrote(int fd, off_t at, const struct iovec *data, ssize_t n) {
  char path[4096];
  if (n > 0) {
    struct call call = {'w', is_durable(fd), 0, 0, (uint64_t)at, (uint64_t)n};
    record(call, name_of(fd, path), NULL, data);
  }
  return n;
}
static off_t position(int fd) {
  struct stat status;
  if ((fcntl(fd, F_GETFL) & O_APPEND) && !fstat(fd, &status)) return status.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

#define WRITE(name, params, at, vector, args)           \
  ssize_t name params {                                 \
    pthread_mutex_lock(&order);                         \
    int saved = errno;                                  \
    off_t offset = at;                                  \
    errno = saved;                                      \
    ssize_t n = wrote(fd, offset, vector, REAL(name) args); \
    pthread_mutex_unlock(&order);                       \
    return n;                                           \
  }
#define ONE (&(struct iovec){(void *)b, n_})
WRITE(write, (int fd, const void *b, size_t n_), position(fd), ONE, (fd, b, n_))
WRITE(pwrite, (int fd, const void *b, size_t n_, off_t o), o, ONE, (fd, b, n_, o))
WRITE(pwrite64, (int fd, const void *b, size_t n_, off64_t o), o, ONE, (fd, b, n_, o))
WRITE(writev, (int fd, const struct iovec *v, int c), position(fd), v, (fd, v, c))
WRITE(pwritev, (int fd, const struct iovec *v, int c, off_t o), o, v, (fd, v, c, o))
WRITE(pwritev64, (int fd, const struct iovec *v, int c, off64_t o), o, v, (fd, v, c, o))

#define ON_FD(name, params, args, letter, at)                                        \
  int name params {                                                                  \
    char path[4096];                                                                 \
    STEP(int, -1, REAL(name) args,                                                   \
         record((struct call){letter, 0, 0, 0, (uint64_t)(at), 0}, name_of(fd, path), \
                NULL, NULL))                                                         \
  }
ON_FD(fsync, (int fd), (fd), 's', 0)
ON_FD(fdatasync, (int fd), (fd), 's', 0)
ON_FD(ftruncate, (int fd, off_t n), (fd, n), 't', n)
ON_FD(ftruncate64, (int fd, off64_t n), (fd, n), 't', n)

// Opening makes a file that was not there, or empties one that was.
static void opened(int fd, int flags, int was_there) {
  char path[4096];
  char what = !was_there ? 'c' : flags & O_TRUNC ? 't' : 0;
  if (what) record((struct call){.what = what}, name_of(fd, path), NULL, NULL);
}
#define OPEN(name, params, last, at, args)                                 \
  int name params {                                                        \
    mode_t mode = 0;                                                       \
    if (flags & (O_CREAT | O_TMPFILE)) {                                   \
      va_list list;                                                        \
      va_start(list, last);                                                \
      mode = va_arg(list, mode_t);                                         \
      va_end(list);                                                        \
    }                                                                      \
    if (!(flags & (O_CREAT | O_TRUNC))) return REAL(name) args;            \
    pthread_mutex_lock(&order);                                            \
    int saved = errno, was_there = !faccessat(at, path, F_OK, AT_SYMLINK_NOFOLLOW); \
    errno = saved;                                                         \
    int fd = REAL(name) args;                                              \
    if (fd >= 0) opened(fd, flags, was_there);                             \
    pthread_mutex_unlock(&order);                                          \
    return fd;                                                             \
  }
OPEN(open, (const char *path, int flags, ...), flags, AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), flags, AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), flags, at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), flags, at, (at, path, flags, mode))

#define ON_PATH(name, params, args, letter, path, other)                                \
  int name params {                                                                     \
    STEP(int, -1, REAL(name) args, record((struct call){.what = letter}, path, other, NULL)) \
  }
ON_PATH(rename, (const char *a, const char *b), (a, b), 'r', a, b)
ON_PATH(mkdir, (const char *a, mode_t m), (a, m), 'm', a, NULL)
ON_PATH(unlink, (const char *a), (a), 'u', a, NULL)
ON_PATH(rmdir, (const char *a), (a), 'u', a, NULL)
ON_PATH(remove, (const char *a), (a), 'u', a, NULL)

int unlinkat(int at, const char *a, int flags) {
  char path[8192], folder[4096];
  if (at == AT_FDCWD || a[0] == '/') snprintf(path, sizeof path, "%s", a);
  else snprintf(path, sizeof path, "%s/%s", name_of(at, folder), a);
  STEP(int, -1, REAL(unlinkat)(at, a, flags), record((struct call){.what = 'u'}, path, NULL, NULL))
}
