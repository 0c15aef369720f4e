import Foundation
import Store
import Testing

@testable import Stages

struct ImportEvaluationsTests {
  @Test func studentsOfAnotherTeacherOrNoProtocolAreLeftOut() throws {
    let files = try RealPool()
    let pool = try files.filled()
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    let own = try Models(pool).teacher().digest
    let train = SHA256.hex(of: try SelectionReader("two", in: pool).packed())
    let test = try RealImages(.test, in: pool).digest
    let other = SHA256.hex(of: "other")
    let rows: [[String: Any]] = [
      ("soft", #"{"augment": "views", "teacher": "\#(own)"}"#),
      ("soft", #"{"augment": "views", "teacher": "\#(other)"}"#),
      ("soft", #"{"augment": "views"}"#), ("hard", #"{"augment": "cutmix"}"#),
    ].map { name, settings in
      [
        "selection": "two", "protocol": name, "student": "mlp", "epochs": 3, "seed": 0,
        "settings": settings, "accuracy": 0.5,
        "class_accuracy": "[0.5, 0.5, 0.5]", "test": test, "train": train, "seconds": 1,
      ]
    }
    let json = try JSONSerialization.data(withJSONObject: rows)
    let file = try EvaluationFile(Array(json), path: "students.json")
    let report = try ImportEvaluations(files: [file]).run(RealPool.context(pool))
    #expect(report.imported == 1 && report.known == 0)
    #expect(report.leftOut.map(\.students) == [2, 1])
    #expect(
      report.leftOut.map(\.reason)
        == ["another teacher", "'cutmix' is no augmentation of the hard protocol."])
    let teachers = try pool.query("SELECT settings ->> 'teacher' FROM evaluations")
    #expect(teachers.rows == [[.text(own)]])
  }
}
