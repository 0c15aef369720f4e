import Foundation
import Store

/// Runs named operations on a pool.
struct Worker {
  let path: String
  let acknowledged: String
  var pool: Pool?
  private let provenance = Provenance(version: "0.0-test", blas: "none", threads: 1)
  private let tests = getppid()

  /// Whether the tests that started it run yet. What ends them does not end their children.
  private var isWanted: Bool { getppid() == tests }

  init(path: String, acknowledged: String) {
    self.path = path
    self.acknowledged = acknowledged
  }

  mutating func run(_ operation: String) throws {
    let words = operation.split(separator: ":", maxSplits: 1).map(String.init)
    switch words[0] {
    case "init": pool = try Pool.create(at: path, provenance: provenance)
    case "append": try append(Int(words[1]) ?? 1)
    case "load":
      while isWanted {
        try append(Int.random(in: 1...60))
        try acknowledge()
      }
    case "drop": try drop()
    case "churn":
      // Room for a few batches, used again and again.
      let end = Date().addingTimeInterval(TimeInterval(words[1]) ?? 0)
      var rounds = 0
      while isWanted && (Date() < end || rounds < 50) {
        rounds += 1
        try append(Int.random(in: 1...2000))
        if try open().query("SELECT count(DISTINCT entry) FROM versions").rows[0][0].int ?? 0 > 8 {
          try drop()
          _ = try open().collect()
        }
      }
    case "read":
      while isWanted { try read() }
    case "look": pool = try Pool.open(at: path, for: .reading, provenance: provenance)
    case "hold":
      let reader = try Pool.open(at: path, for: .reading, provenance: provenance)
      try reader.withTensor(2, 0) { _, _ in
        try acknowledge()
        while isWanted { sleep(1) }
      }
    case "lift":
      // The address space was limited, so that the map began small.
      var limit = rlimit(rlim_cur: .max, rlim_max: .max)
      guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { exit(1) }
    case "bulk": for _ in 0..<(Int(words[1]) ?? 1) { try bulk() }
    case "follow": try follow(until: Int64(words[1]) ?? 1)
    case "gc": _ = try open().collect()
    case "compact":
      pool?.close()
      pool = nil
      _ = try Pool.compact(at: path, provenance: provenance)
    case "merge": _ = try open().merge(words[1])
    case "backup": try open().backup(to: words[1])
    case "reindex":
      pool?.close()
      pool = nil
      pool = try Pool.reindex(at: path, provenance: provenance)
    case "abandon":
      // As if killed: nothing is settled.
      try acknowledge()
      _exit(0)
    default: throw PoolError(.usage, "No operation \(operation).")
    }
    try acknowledge()
  }

  private mutating func open() throws -> Pool {
    if let pool { return pool }
    let opened = try Pool.open(at: path, for: .writing, provenance: provenance)
    pool = opened
    return opened
  }

  private mutating func drop() throws {
    let oldest = try open().query("SELECT min(entry) FROM versions").rows[0][0]
    let ids = try open().query("SELECT id FROM versions WHERE entry = ?", [oldest]).rows
    try open().drop(ids.compactMap { $0[0].string }, reason: "test")
  }

  /// Opens the pool as anybody does who asks it something, and reads what is live to the last byte.
  private func read() throws {
    let pool = try Pool.open(at: path, for: .reading, provenance: provenance)
    defer { pool.close() }
    for _ in 0..<20 {
      let rows = try pool.query(
        "SELECT entry, count(*) FROM versions GROUP BY entry ORDER BY random() LIMIT 3"
      ).rows
      for row in rows {
        let entry = Int64(row[0].int ?? 0)
        do {
          try pool.withTensor(entry, 0) { description, bytes in
            guard SHA256.hex(of: bytes) == description.sha256, description.rows == row[1].int else {
              throw PoolError(.damage, "Entry \(entry) is not what it was.")
            }
            // The snapshot stays open for a while, so that a kill finds it so.
            usleep(2000)
          }
        } catch let error as PoolError where error.code == .notFound {
          // It may have been dropped and collected since the question.
          let live = try pool.query("SELECT 1 FROM versions WHERE entry = ?", [.integer(entry)])
          guard live.rows.isEmpty else { throw error }
        }
      }
    }
  }

  /// 32 MiB of weights.
  private mutating func bulk() throws {
    let pool = try open()
    var weights = [UInt8](repeating: 7, count: 32 << 20)
    weights[0] = UInt8(truncatingIfNeeded: pool.head.sequence + 1)
    try pool.append(
      Draft(
        .model(
          ModelContent(
            role: .teacher, architecture: "linear", digest: SHA256.hex(of: weights),
            bytes: weights.count, origin: "test")),
        tensors: [TensorDraft("weights", shape: [weights.count], u8: weights)]))
  }

  /// Reads each entry of a writer's as soon as it is there, up to one.
  private mutating func follow(until last: Int64) throws {
    let pool = try pool ?? Pool.open(at: path, for: .reading, provenance: provenance)
    self.pool = pool
    var next = pool.head.sequence + 1
    while next <= last {
      if pool.head.sequence < next {
        usleep(500)
        continue
      }
      try pool.withTensor(next, 0) { description, bytes in
        guard SHA256.hex(of: bytes) == description.sha256 else {
          throw PoolError(.damage, "Entry \(next) is not what it should be.")
        }
      }
      next += 1
    }
  }

  /// Candidates after those that are there, with contents that go by their numbers.
  private mutating func append(_ count: Int) throws {
    let pool = try open()
    let first = Int(pool.head.sequence) * 10_000
    let values = (0..<count * 40).map { Float((first + $0) % 1000) / 8 }
    try pool.append(
      Draft(
        .generate(
          GenerateContent(
            generation: "base", plan: "0123abcd", class: 0, first: first, seed: 7, prior: "p",
            autoencoder: "a", sampler: "ddim", steps: 4, guidance: 1.5)),
        tensors: [
          TensorDraft("latent", class: 0, shape: [count, 40], f16: values),
          TensorDraft(
            "image", class: 0, shape: [count, 4, 4, 1],
            u8: (0..<count * 16).map { UInt8(truncatingIfNeeded: first + $0) }),
        ]))
  }

  /// One write: what stands in the file was done.
  private func acknowledge() throws {
    let head = pool?.head ?? (sequence: 0, digest: "-")
    let line = Array("\(head.sequence) \(head.digest)\n".utf8)
    let descriptor = Foundation.open(acknowledged, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    defer { Foundation.close(descriptor) }
    guard write(descriptor, line, line.count) == line.count else {
      throw PoolError(.failure, "Could not write \(acknowledged).")
    }
  }
}
