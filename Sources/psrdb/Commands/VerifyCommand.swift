import ArgumentParser
import Stages
import Store

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check the pool: structure, chain of digests, index.",
    discussion: """
      --deep also reads every tensor and compares its digest. --subset 2/7 does so for the second \
      seventh of them, to spread a large pool over days. Damage found means exit code 5.
      """)

  @Flag(help: "Read every tensor too.") var deep = false
  @Option(
    help: ArgumentHelp("Read part N of T of the tensors, instead of all.", valueName: "n/t"))
  var subset: Part?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.requirePresent()
    let path = try global.path()
    let isDeep = deep || subset != nil
    // A pool too damaged to be opened is verified all the same.
    let verification = try session.counted("verify", bytes: isDeep) { progress in
      try Pool.verify(
        at: path, deep: isDeep,
        subset: subset.map { ($0.number - 1, $0.count) } ?? (0, 1), progress: progress)
    }
    var findings = verification.findings
    for place in findings.indices {
      findings[place].remedy = Failure.naming(global.pool, findings[place].remedy)
    }
    let report = VerifyText.Report(
      path: path, deep: isDeep, subset: subset.map { "\($0.number)/\($0.count)" },
      fingerprint: verification.fingerprint, findings: findings)
    try session.show(report, text: VerifyText.text(report))
    if !findings.isEmpty { throw ExitCode(PoolError.Code.damage.rawValue) }
  }
}
