public import Foundation
import Synchronization

extension Pool {
  /// Asks the index: one SQL statement that reads.
  ///
  /// - Parameters:
  ///   - arguments: values of the statement's `?`, in order.
  ///   - asOf: answers as the pool stood when that entry was its last.
  ///   - limit: rows at most; the table says whether more were left off.
  ///   - timeout: seconds at most.
  /// - Throws: `PoolError`: `usage` where the statement is wrong or would write, `notFound`
  ///   where there is no entry `asOf`, `damage` where the index cannot be read.
  public func query(
    _ sql: String, _ arguments: [Value] = [], asOf: Int64? = nil, limit: Int? = nil,
    timeout: TimeInterval? = nil
  ) throws -> Table {
    if let asOf, !(1...head.sequence).contains(asOf) {
      throw PoolError(
        .notFound, "There is no journal entry \(asOf).",
        remedy: "psrdb log lists those there are.")
    }
    return try queries.withLock { query in
      let connection: QueryConnection
      if let query, query.asOf == asOf {
        connection = query.connection
      } else {
        connection = try QueryConnection(files, asOf: asOf)
        query = (asOf, connection)
      }
      return try connection.query(sql, arguments, .init(rows: limit, seconds: timeout))
    }
  }

  /// Makes the index anew from the journal.
  ///
  /// - Throws: `PoolError`; `failure` where the pool is not open for writing.
  public func reindex() throws {
    try state.withLock { state in
      guard let writer = state.writer else {
        throw PoolError(
          .failure, "\(path) is open for reading.", remedy: "Open it for writing to reindex.")
      }
      do {
        try? writer.index.close()
        try IndexWriter.rebuild(files, head: state.head, journal: journalReader)
        let index = try IndexWriter(files, head: state.head, journal: journalReader)
        state.writer = Writer(lock: writer.lock, index: index)
      } catch {
        state.writer = nil
        throw Self.explain(error, files, "Could not reindex")
      }
    }
    queries.withLock { $0 = nil }
  }
}
