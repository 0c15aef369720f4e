// LD_PRELOAD: every file system is NFS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/vfs.h>

static const long nfs = 0x6969;

int statfs(const char *path, struct statfs *status) {
  int (*real)(const char *, struct statfs *) =
      (int (*)(const char *, struct statfs *))dlsym(RTLD_NEXT, "statfs");
  int result = real(path, status);
  status->f_type = nfs;
  return result;
}

int statfs64(const char *path, struct statfs64 *status) {
  int (*real)(const char *, struct statfs64 *) =
      (int (*)(const char *, struct statfs64 *))dlsym(RTLD_NEXT, "statfs64");
  int result = real(path, status);
  status->f_type = nfs;
  return result;
}
