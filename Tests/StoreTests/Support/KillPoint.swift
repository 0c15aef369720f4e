/// A step of an operation at which it can be killed.
struct KillPoint: Hashable, CustomStringConvertible {
  /// What was being done: `append`, `gc`, `compact`, `merge`, `reindex`; `project` whatever touches
  /// the index; `open`.
  var operation: String
  var step: String

  var description: String { "\(operation): \(step)" }

  init(_ operation: String, _ step: String) {
    self.operation = operation
    self.step = step
  }

  /// The step that a call belongs to.
  ///
  /// - Parameters:
  ///   - operation: the worker's, that was under way.
  ///   - hit: call, file and place of a write, as `shim/iofaults.c` reports them.
  /// - Returns: nil where there is no name for it.
  init?(_ operation: String, hit: String) {
    // The pool's own directory has the path "".
    let words = hit.replacing("\n", with: "").split(
      separator: " ", omittingEmptySubsequences: false
    )
    .map(String.init)
    guard words.count == 3, let place = Int(words[2]) else { return nil }
    let (call, path) = (words[0], words[1])
    // A tombstone is an entry as any.
    let operation = operation == "drop" ? "append" : operation
    switch (path, call) {
    case ("/writer.lock", _): self.init("open", "take the writer's lock")
    case ("/compact.new/lock.mdb", "rename"):
      self.init(operation, "part with the old file's readers")
    case ("/lock.mdb", _): self.init("open", "enter the table of readers")
    case ("/data.mdb", "mmap"), ("/data.mdb", "mmap64"): self.init("open", "map")
    case ("/compact.new", _), ("/compact.new/lock.mdb", "unlink"),
      ("/compact.new/data.mdb", "unlink"):
      self.init(operation, "clear away")
    case ("/compact.new/lock.mdb", _): self.init(operation, "read the copy")
    case ("/compact.new/data.mdb", "mmap"), ("/compact.new/data.mdb", "mmap64"):
      self.init(operation, "read the copy")
    case ("/compact.new/data.mdb", "rename"): self.init(operation, "put the copy in place")
    case ("/compact.new/data.mdb", "fsync"): self.init(operation, "make the copy durable")
    case ("/compact.new/data.mdb", "pwrite"), ("/compact.new/data.mdb", "pwrite64"):
      self.init(operation, place < 8192 ? "number the copy" : "write the copy")
    case ("/compact.new/data.mdb", _): self.init(operation, "write the copy")
    case ("/data.mdb", "fdatasync"), ("/data.mdb", "fsync"):
      self.init(operation, "make pages durable")
    // The two pages that say which snapshot holds.
    case ("/data.mdb", _) where (0..<8192).contains(place): self.init(operation, "commit")
    case ("/data.mdb", _): self.init(operation, "write pages")
    case ("", _): self.init(operation, "make names durable")
    case ("/index.sqlite.new", "rename"): self.init("reindex", "put the index in place")
    case ("/index.sqlite.new", "fsync"), ("/index.sqlite.new", "fdatasync"):
      self.init("reindex", "make the index durable")
    case ("/index.sqlite", "unlink") where operation == "reindex":
      self.init(operation, "remove the old index")
    case (_, _) where path.hasPrefix("/index.sqlite.new"): self.init("reindex", "build the index")
    case ("/index.sqlite-wal", "unlink"), ("/index.sqlite-journal", "unlink"):
      self.init("project", "remove the log")
    case ("/index.sqlite-wal", "fdatasync"), ("/index.sqlite-wal", "fsync"):
      self.init("project", "make the log durable")
    case ("/index.sqlite-wal", "ftruncate"): self.init("project", "empty the log")
    case ("/index.sqlite-wal", _): self.init("project", "write rows to the log")
    case ("/index.sqlite", "fdatasync"), ("/index.sqlite", "fsync"):
      self.init("project", "make the index durable")
    case ("/index.sqlite", _): self.init("project", "move rows into the index")
    case ("/index.sqlite-shm", _): self.init("project", "share where rows are")
    default: return nil
    }
  }

  /// The steps that a kill has to hit in a workload that ends with these operations.
  static func all(of operations: [String]) -> Set<KillPoint> {
    var points: Set<KillPoint> = []
    func expect(_ operation: String, _ steps: String...) {
      for step in steps { points.insert(KillPoint(operation, step)) }
    }
    expect("open", "map", "take the writer's lock", "enter the table of readers")
    for operation in operations.map({ $0.prefix { $0 != ":" } }) {
      switch operation {
      case "append", "drop", "merge":
        expect(
          operation == "drop" ? "append" : String(operation), "write pages", "make pages durable",
          "commit")
        expect(
          "project", "write rows to the log", "make the log durable", "move rows into the index",
          "make the index durable", "empty the log", "remove the log")
      case "gc": expect("gc", "write pages", "make pages durable", "commit")
      case "compact":
        expect(
          "compact", "write the copy", "number the copy", "read the copy", "make the copy durable",
          "part with the old file's readers", "put the copy in place", "make names durable")
      case "reindex":
        expect(
          "reindex", "build the index", "make the index durable", "remove the old index",
          "make names durable", "put the index in place")
      default: break
      }
    }
    return points
  }
}
