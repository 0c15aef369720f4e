#include <lmdb.h>
// What a map lies on: the C library's module in Swift is without it.
#include <sys/vfs.h>
