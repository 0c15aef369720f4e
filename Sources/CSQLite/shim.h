#include <sqlite3.h>

// sqlite3_db_config is variadic, which Swift cannot call.

/// Forbids SQL to corrupt the file, whatever its schema says.
static inline int psr_sqlite_defend(sqlite3 *db) {
  return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}
