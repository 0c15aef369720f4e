// LD_PRELOAD: makes the k-th input/output call on files below PSRDB_FAULT_BELOW fail.
// PSRDB_FAULT_AT=k, PSRDB_FAULT_KIND=eio|enospc|short|kill. What was hit (or how many calls there
// were) is written to PSRDB_FAULT_REPORT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int calls;

// Of a write to a place in the file, the place; else -1.
static void report(const char *call, const char *path, off_t at) {
  const char *to = getenv("PSRDB_FAULT_REPORT");
  int fd = to ? open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  if (fd < 0) return;
  dprintf(fd, "%s %s %lld\n", call, path, (long long)at);
  close(fd);
}

// 0: go on; 1: fail with errno set; 2: write only a part.
static int hit(const char *call, const char *path, off_t place) {
  const char *below = getenv("PSRDB_FAULT_BELOW"), *at = getenv("PSRDB_FAULT_AT");
  const char *kind = getenv("PSRDB_FAULT_KIND");
  if (!below || !at || !kind || strncmp(path, below, strlen(below))) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 != atoi(at)) return 0;
  report(call, path, place);
  if (!strcmp(kind, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(kind, "short") && strstr(call, "write")) return 2;
  errno = !strcmp(kind, "enospc") ? ENOSPC : EIO;
  return 1;
}

static int hit_at(const char *call, int fd, off_t place) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int saved = errno;
  ssize_t n = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (n < 0) return 0;
  path[n] = 0;
  return hit(call, path, place);
}
static int hit_fd(const char *call, int fd) { return hit_at(call, fd, -1); }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, params, at, full, part)          \
  ssize_t name params {                              \
    switch (hit_at(#name, fd, at)) {                 \
      case 1: return -1;                             \
      case 2: return REAL(name) part;                \
      default: return REAL(name) full;               \
    }                                                \
  }
WRITE(write, (int fd, const void *b, size_t n), -1, (fd, b, n), (fd, b, n / 2))
WRITE(pwrite, (int fd, const void *b, size_t n, off_t o), o, (fd, b, n, o), (fd, b, n / 2, o))
WRITE(pwrite64, (int fd, const void *b, size_t n, off64_t o), o, (fd, b, n, o), (fd, b, n / 2, o))

// A part of a vector: all but half of its last piece.
static ssize_t cut(const struct iovec *v, int n, struct iovec *out) {
  memcpy(out, v, sizeof *v * (size_t)n);
  out[n - 1].iov_len /= 2;
  return n;
}
#define WRITEV(name, params, full, part)                     \
  ssize_t name params {                                      \
    struct iovec p[1024];                                    \
    int h = n > 0 && n <= 1024 ? hit_fd(#name, fd) : 0;      \
    if (h == 1) return -1;                                   \
    if (h == 2) { cut(v, n, p); return REAL(name) part; }    \
    return REAL(name) full;                                  \
  }
WRITEV(writev, (int fd, const struct iovec *v, int n), (fd, v, n), (fd, p, n))
WRITEV(pwritev, (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o), (fd, p, n, o))
WRITEV(pwritev64, (int fd, const struct iovec *v, int n, off64_t o), (fd, v, n, o), (fd, p, n, o))

int fsync(int fd) { return hit_fd("fsync", fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return hit_fd("fdatasync", fd) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t n) { return hit_fd("ftruncate", fd) ? -1 : REAL(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) {
  return hit_fd("ftruncate", fd) ? -1 : REAL(ftruncate64)(fd, n);
}
// Whether a file can be removed is seldom the question; what is left when it was is.
int unlink(const char *a) {
  const char *kind = getenv("PSRDB_FAULT_KIND");
  if (kind && !strcmp(kind, "kill")) hit("unlink", a, -1);
  return REAL(unlink)(a);
}
int rename(const char *a, const char *b) { return hit("rename", a, -1) ? -1 : REAL(rename)(a, b); }
void *mmap(void *a, size_t n, int p, int f, int fd, off_t o) {
  return fd >= 0 && hit_fd("mmap", fd) ? MAP_FAILED : REAL(mmap)(a, n, p, f, fd, o);
}
void *mmap64(void *a, size_t n, int p, int f, int fd, off64_t o) {
  return fd >= 0 && hit_fd("mmap", fd) ? MAP_FAILED : REAL(mmap64)(a, n, p, f, fd, o);
}
