import Engine
import Foundation
import Store
import Testing

/// The built program on bad input: exit code, and one paragraph on stderr with what to type next.
@Suite struct BinaryTests {
  private let psrdb: Program

  init() throws { psrdb = try Program() }

  @Test func versionNamesTheLicence() throws {
    let outcome = try psrdb("--version")
    #expect(outcome.code == 0)
    #expect(outcome.out.contains("Apache-2.0"))
  }

  @Test func usageIsTwo() throws {
    for arguments in ["slect", "select", "import"] {
      let outcome = try psrdb(arguments)
      // `import` alone shows its help.
      #expect(outcome.code == (arguments == "import" ? 0 : 2), "\(arguments)")
    }
    #expect(try psrdb("select", "--ipc", "many", "--name", "x").code == 2)
  }

  @Test func noPoolIsTen() throws {
    let none = try psrdb("info")
    #expect(none.code == 10)
    #expect(none.error.contains("psrdb init"))
    for name in ["a.psr", "b.psr"] { #expect(try psrdb("init", name).code == 0) }
    let two = try psrdb("info")
    #expect(two.code == 10)
    #expect(two.error.contains("a.psr, b.psr"))
  }

  @Test func theEnvironmentNamesAPool() throws {
    for name in ["a.psr", "b.psr"] { #expect(try psrdb("init", name).code == 0) }
    func log(_ arguments: String..., environment: [String: String] = [:]) throws -> String {
      try psrdb.start(["log"] + arguments, with: environment).finish().out
    }
    let (a, b) = (try log("--pool", "a.psr"), try log("--pool", "b.psr"))
    #expect(a != b)
    #expect(try log(environment: ["PSRDB_POOL": "b.psr"]) == b)
    #expect(try log("--pool", "a.psr", environment: ["PSRDB_POOL": "b.psr"]) == a)
  }

  @Test func questionsOfAnEmptyPool() throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    #expect(try psrdb("init", "a.psr").code == 2)
    #expect(try psrdb("info", "--json").out.contains("\"fingerprint\""))
    // Global options may stand before the command and after it.
    #expect(try psrdb("--json", "ls").out == "[]\n")
    #expect(try psrdb("ls", "--json").out == "[]\n")
    let twins = try psrdb("query", "--json", "SELECT 1 AS a, 2 AS a")
    #expect(twins.code == 2 && twins.error.contains("one name"))
    #expect(try psrdb("explain", "nothing").code == 4)
    #expect(try psrdb("show", "nothing").code == 4)
    #expect(try psrdb("diff", "a", "b").code == 4)
    #expect(try psrdb("query", "SELEC 1").code == 2)
    #expect(try psrdb("query", "DELETE FROM candidates").code == 2)
    #expect(try psrdb("ls", "--where", "nothing > 1").code == 2)
    #expect(try psrdb("--as-of", "9", "ls").code == 4)
    #expect(try psrdb("verify").code == 0)
    #expect(try psrdb("log", "--verify").code == 0)
    #expect(try psrdb("reindex").code == 0)
    let csv = try psrdb("query", "--csv", "SELECT 1 AS a, 'x,\"y\"' AS b")
    #expect(csv.out == "a,b\n1,\"x,\"\"y\"\"\"\n")
    let lines = "SELECT 'x' || char(10) || 'y' AS a, char(13) AS b, char(13, 10) AS c"
    #expect(try psrdb("query", "--csv", lines).out == "a,b,c\n\"x\ny\",\"\r\",\"\r\n\"\n")
    let marked = "SELECT char(44, 769) AS a, char(34, 769) AS b"
    #expect(
      try psrdb("query", "--csv", marked).out == "a,b\n\",\u{301}\",\"\"\"\u{301}\"\n")
    let selection = try psrdb("select", "--ipc", "3", "--name", "x")
    #expect(selection.code == 4)
    #expect(selection.error.contains("psrdb generate"))
    #expect(try psrdb("select", "--ipc", "3", "--dry-run").code == 4)
    #expect(try psrdb("select", "--ipc", "3").code == 2)
    #expect(try psrdb("select", "--ipc", "3", "--name", "x", "--memory", "much").code == 2)
    #expect(try psrdb("select", "--ipc", "3", "--name", "x", "--min", "1").code == 2)
    #expect(try psrdb("select", "--ipc", "3", "--name", "x", "--versions", "best").code == 2)
    #expect(try psrdb("select", "--ipc", "3", "--name", "x", "--from", "nothing").code == 4)
    #expect(try psrdb("explain", "nothing", "--curve").code == 4)
    #expect(try psrdb("explain", "nothing", "--output", "a.svg").code == 2)
    #expect(try psrdb("similar", "nothing").code == 4)
    #expect(try psrdb("duplicates").code == 4)
    #expect(try psrdb("duplicates", "--threshold", "2").code == 2)
    let json = try psrdb("show", "nothing", "--json")
    #expect(json.error.hasPrefix("{\"error\": {\"code\": 4"))
    #expect(json.out.isEmpty)
    let usage = try psrdb("ls", "--json", "--nonsense")
    #expect(usage.code == 2 && usage.error.hasPrefix("{\"error\": {\"code\": 2"), "\(usage.error)")
    _ = try JSONSerialization.jsonObject(with: Data(usage.error.utf8))
  }

  @Test func keepsPools() throws {
    for name in ["a.psr", "b.psr"] { #expect(try psrdb("init", name).code == 0) }
    func fingerprint(_ pool: String) throws -> Substring? {
      try psrdb("info", "--json", "--pool", pool).out
        .split(separator: "\n").first { $0.contains("\"fingerprint\"") }
    }
    #expect(try psrdb("--pool", "a.psr", "backup", "c.psr").code == 0)
    #expect(try fingerprint("c.psr") == fingerprint("a.psr"))
    #expect(try psrdb("--pool", "a.psr", "backup", "c.psr").code == 2)
    #expect(try psrdb("--pool", "a.psr", "compact").code == 0)
    #expect(try fingerprint("c.psr") == fingerprint("a.psr"))
    #expect(try psrdb("--pool", "a.psr", "gc").out.contains("0 B"))
    #expect(try psrdb("--pool", "a.psr", "merge", "b.psr", "c.psr").code == 0)
    #expect(try psrdb("--pool", "a.psr", "merge", "nothing.psr").code == 10)
    #expect(try psrdb("--pool", "a.psr", "drop", "nothing@0", "--reason", "x").code == 4)
    for (condition, code) in [("class = 9", 2), ("nothing = 9", 2)] {
      let drop = ["drop", "--where", condition, "--reason", "x"]
      #expect(try psrdb(["--pool", "a.psr"] + drop).code == code)
    }
    #expect(try psrdb("--pool", "a.psr", "--as-of", "1", "compact").code == 2)
    #expect(try psrdb("init", "past.psr", "--as-of", "1").code == 2)
    #expect(try psrdb("--pool", "past.psr", "info").code == 10)
    #expect(try psrdb("--pool", "a.psr", "verify", "--subset", "2/3").code == 0)
    #expect(try psrdb("--pool", "a.psr", "verify", "--subset", "4/3").code == 2)
  }

  @Test func aPoolOnASharedFileSystemIsWarnedAbout() throws {
    let made = try psrdb.onNFS("init", "a.psr")
    #expect(made.code == 0)
    #expect(made.error.contains("a.psr is on NFS"))
    #expect(try psrdb.onNFS("--pool", "a.psr", "compact").error.contains("NFS"))
    for quiet in [["info"], ["compact", "--quiet"]] {
      #expect(try psrdb.onNFS(["--pool", "a.psr"] + quiet).error.isEmpty)
    }
    #expect(try psrdb("--pool", "a.psr", "compact").error.isEmpty)
  }

  @Test func aSecondWriterIsToldWhoWrites() throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    let writer = try Pool.open(
      at: psrdb.path("a.psr"), for: .writing,
      provenance: Provenance(version: "test", blas: "none", threads: 1))
    let host = ProcessInfo.processInfo.hostName
    for command in [["gc"], ["compact"], ["reindex"], ["merge", "b.psr"]] {
      try psrdb(["--pool", "a.psr"] + command)
        .expectFailure(11, "process \(getpid()) on \(host)")
    }
    #expect(try psrdb("--pool", "a.psr", "info").code == 0)
    writer.close()
    #expect(try psrdb("--pool", "a.psr", "gc").code == 0)
  }

  /// Where files run out the runtime traps, and describing that can write into the pool.
  @Test func filesDoNotRunOut() throws {
    for name in ["a.psr", "b.psr"] { #expect(try psrdb("init", name).code == 0) }
    let data = try Data(contentsOf: psrdb.folder.appending(path: "a.psr/data.mdb"))
    for count in [5, 8, 9, 12, 16, 63] {
      for command in [["info"], ["merge", "b.psr"]] {
        let arguments = ["--pool", "a.psr"] + command
        try psrdb.limited(toFiles: "\(count)", arguments).expectFailure(1, "files", "ulimit -n")
      }
    }
    #expect(try Data(contentsOf: psrdb.folder.appending(path: "a.psr/data.mdb")) == data)
    // A soft limit can be lifted.
    #expect(try psrdb.limited(toFiles: "8:1024", ["--pool", "a.psr", "info"]).code == 0)
    #expect(try psrdb.limited(toFiles: "64", ["--pool", "a.psr", "merge", "b.psr"]).code == 0)
    #expect(try psrdb("--pool", "a.psr", "verify").code == 0)
  }

  /// A pool's file would be opened under their numbers, and what is printed written into it.
  @Test(arguments: ["<&- 2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func closedStreamsHarmNoPool(_ streams: String) throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    let file = psrdb.folder.appending(path: "a.psr/data.mdb")
    let data = try Data(contentsOf: file)
    for command in [["log"], ["log", "--verify"], ["ls"], ["show", "nothing"]] {
      _ = try psrdb.closed(streams, ["--pool", "a.psr"] + command)
      #expect(try Data(contentsOf: file) == data, "\(command)")
    }
    #expect(try psrdb("--pool", "a.psr", "verify").code == 0)
  }

  @Test func aQueryHasLimits() throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    #expect(try psrdb("query", "--csv", "--limit", "2", endless).out == "i\n1\n2\n")
    try psrdb("query", "--timeout", "0.1", endless + " WHERE i < 0").expectFailure(1, "--timeout")
    for timeout in ["0", "nan"] {
      try psrdb("query", "SELECT 1", "--timeout", timeout).expectFailure(2, "--timeout 10")
    }
  }

  @Test func noListHasLessThanNothing() throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    for command in [["ls"], ["log"], ["duplicates"], ["query", "SELECT 1"]] {
      let outcome = try psrdb(command + ["--limit=-1"])
      #expect(outcome.code == 2, "\(command): \(outcome.error)")
      #expect(outcome.error.contains("'-1' is invalid for '--limit"), "\(outcome.error)")
    }
  }

  @Test func reindexHealsWhatCannotBeOpened() throws {
    #expect(try psrdb("init", "a.psr").code == 0)
    try Data("junk".utf8).write(to: URL(fileURLWithPath: psrdb.path("a.psr/index.sqlite")))
    #expect(try psrdb("ls").code == 5)
    #expect(try psrdb("reindex").code == 0)
    #expect(try psrdb("ls").code == 0)
    #expect(try psrdb("verify", "--deep").code == 0)
  }
}
