#include <lmdb.h>
// What a map lies on: the C library's module in Swift is without it.
#include <sys/vfs.h>
// Room for a file: the C library declares it for _GNU_SOURCE alone.
#include <linux/falloc.h>
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);

// stat(2): which module of Swift's has its struct depends on what else is imported.
#include <sys/stat.h>
struct psrdb_status {
  unsigned long long device, inode;
  // Bytes; blocks of 512 bytes; seconds since 1970.
  long long size, blocks, modified;
  unsigned mode, owner, group;
};

static inline int psrdb_take_status(int failed, const struct stat *from, struct psrdb_status *to) {
  if (failed) return failed;
  to->device = from->st_dev;
  to->inode = from->st_ino;
  to->size = from->st_size;
  to->blocks = from->st_blocks;
  to->modified = from->st_mtime;
  to->mode = from->st_mode;
  to->owner = from->st_uid;
  to->group = from->st_gid;
  return 0;
}

static inline int psrdb_stat(const char *path, struct psrdb_status *status) {
  struct stat found;
  return psrdb_take_status(stat(path, &found), &found, status);
}

static inline int psrdb_fstat(int descriptor, struct psrdb_status *status) {
  struct stat found;
  return psrdb_take_status(fstat(descriptor, &found), &found, status);
}
