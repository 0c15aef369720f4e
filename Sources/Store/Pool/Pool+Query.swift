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
      return try connection.query(
        sql, arguments,
        .init(rows: limit, seconds: timeout, isCancelled: cancellation.withLock { $0 }))
    }
  }

  /// Answers the queries of `body` from one state of the pool, whatever is appended meanwhile; all have
  /// to have this `asOf`, since one with another ends that.
  /// - Throws: as `query`; what `body` throws.
  public func frozen<R>(asOf: Int64? = nil, _ body: () throws -> R) throws -> R {
    try queries.withLock { $0 = (asOf, try QueryConnection(files, asOf: asOf, isFrozen: true)) }
    defer { queries.withLock { $0 = nil } }
    return try body()
  }

  /// Lets queries from here on end with `interrupted` once `isCancelled` says so: a condition may be
  /// asked for ever.
  public func stopQueries(when isCancelled: @escaping @Sendable () -> Bool) {
    cancellation.withLock { $0 = isCancelled }
  }
}
