import Engine
import Store

/// Real training images with the teacher's soft labels: the first of each class to steer a
/// refinement, the next ones to check it.
struct SoftLabels {
  /// Bytes of images held at most.
  static let memory = 512 << 20

  let scaling: ImageScaling
  let steering: (images: TrainingImages, targets: Tensor)
  let held: (images: TrainingImages, targets: Tensor)

  /// - Parameters:
  ///   - perClass: images of each class that steer, at most; a tenth as many check.
  ///   - pause: called now and then; throwing stops.
  /// - Throws: `PoolError`: `notFound` where the pool has no training images, `usage` where no
  ///   class has two, `failure` where the teacher says what is no number.
  init(
    _ teacher: Classifier, perClass: Int, in pool: Pool, pause: () throws -> Void = {}
  ) throws {
    let real = try RealImages(.train, in: pool)
    scaling = real.scaling
    let limit = max(
      10, min(perClass, Self.memory / (real.classes * real.content.image.reduce(1, *))))
    let counts = real.content.counts.map { count in
      // A small class gives a tenth of its images to the check, and at least one if it has two.
      let held = min(max(1, limit / 10), count / 2, max(1, count / 10))
      return (steering: min(limit, count - held), held: held)
    }
    guard counts.contains(where: { $0.held > 0 }) else {
      throw PoolError(
        .usage,
        "Refining is checked on training images that do not steer it, and no class of "
          + "'\(real.content.dataset)' has two.",
        remedy: "Make a pool of a data set that has more of a class: psrdb init NAME.psr")
    }
    func part(_ rows: (Int) -> Range<Int>) throws -> (TrainingImages, Tensor) {
      let images = try real.images { rows($0) }
      let logits = try teacher.logits(of: images, pause: pause)
      try requireFinite(logits, of: .teacher)
      return (images, softmax(logits))
    }
    steering = try part { 0..<counts[$0].steering }
    held = try part { counts[$0].steering..<counts[$0].steering + counts[$0].held }
  }
}
