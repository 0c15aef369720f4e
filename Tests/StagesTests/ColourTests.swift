import Engine
import Store
import Testing

@testable import Stages

/// Images of three channels through every stage.
@Suite struct ColourTests {
  @Test func everyStageTakesThem() throws {
    let files = try RealPool()
    let folder = "\(files.folder)/colours"
    for split in ["train", "test"] {
      for label in 0..<3 {
        let images = "\(folder)/\(split)/\(label)"
        try RealPool.makeFolder(images)
        for number in 0..<4 {
          // Of a class each channel is bright.
          let pixels = (0..<768).map { UInt8($0 % 3 == label ? 200 + number : $0 % 30) }
          let bitmap = Bitmap(width: 16, height: 16, channels: 3, pixels: pixels)
          try Files.write(PNG.write(bitmap), to: "\(images)/\(number).png")
        }
      }
    }
    let pool = try files.pool()
    let context = RealPool.context(pool)
    _ = try ImportDataset(dataset: "colours", format: .imageFolder, path: folder).run(context)
    for role in Role.allCases {
      let network = RealPool.untrained(role, seed: role == .judge ? 1 : 0, image: [16, 16, 3])
      try files.importModel(role, network, into: pool)
    }
    try RealPool.steer(pool)
    var evaluate = Evaluate(selection: "fine")
    (evaluate.student, evaluate.seeds, evaluate.epochs) = ("mlp-4", 1, 1)
    #expect(try evaluate.run(context).trained == 1)
    #expect(try SelectionReader("fine", in: pool).imageShape() == [16, 16, 3])
    #expect(try pool.verify(deep: true) == [])
  }
}
