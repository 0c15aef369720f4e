import Engine
public import Store

/// `quality`: what the models are worth and how real the candidates look, by the judge's features.
///
/// It reads the test split to report, beside `evaluate` the only place that does; nothing that
/// steers (scores, gates, refinement) can see the answer.
public struct Quality {
  /// Images of each class compared, at most.
  static let perClass = 128
  /// Images compared at most, which bounds the eigenproblem of the Fréchet distance.
  static let images = 2000

  public init() {}

  public struct Report: Codable, Equatable, Sendable {
    /// On the test split, in 0...1.
    public var teacherAccuracy: Double
    public var judgeAccuracy: Double
    /// The teacher's, on the autoencoder's reconstructions of the test split.
    public var reconstructionAccuracy: Double
    /// Mean squared error of those, of pixels in 0...1.
    public var reconstructionError: Double
    /// Candidates that the judge takes for their class, in 0...1.
    public var judgeAgreement: Double
    public var candidates: Int
    /// Within-class variance of the judge's features, candidates over real training images; nil
    /// where the latter do not vary.
    public var varianceRatio: Double?
    /// Images of each class in the rows below.
    public var imagesPerClass: Int
    /// Squared Fréchet distances of the judge's features from real training images; nil for too few
    /// images.
    public var frechetCandidates: Double?
    public var frechetReconstructions: Double?
    public var frechetTest: Double?
    public var frechetTraining: Double?
  }

  /// - Throws: `PoolError` when the pool lacks models, either split or candidates.
  public func run(_ pool: Pool) throws -> Report {
    let models = Models(pool)
    let (teacher, judge) = try (models.teacher().network, models.judge().network)
    let autoencoder = try models.autoencoder().network
    let (train, test) = try (RealImages(.train, in: pool), RealImages(.test, in: pool))
    let viewer = Viewer(scaling: train.scaling, shape: train.content.image)
    let generated = try Self.generated(pool, like: train.content)

    let all = try test.images { 0..<test.content.counts[$0] }
    let taught = viewer.see(all.bytes, teacher)
    let judged = viewer.see(all.bytes, judge)
    let (rebuilt, error) = viewer.reconstruct(all.bytes, autoencoder)
    let retaught = viewer.see(rebuilt, teacher)
    let onCandidates = viewer.see(generated.bytes, judge)

    let count = Self.count(train, test, generated.labels)
    func some(_ labels: [Int], skipping: Int = 0) -> [Int] {
      (0..<train.classes).flatMap { label in
        labels.indices.lazy.filter { labels[$0] == label }.dropFirst(skipping).prefix(count)
      }
    }
    let real = try train.images { 0..<min(2 * count, train.content.counts[$0]) }
    let ofReal = viewer.see(real.bytes, judge).features
    let reference = ofReal.gather(some(real.labels))
    let candidates = onCandidates.features.gather(some(generated.labels))
    let labels = some(generated.labels).map { generated.labels[$0] }
    let tested = some(all.labels)
    func distance(_ features: Tensor) -> Double? { frechetDistance(reference, features) }
    let ratio =
      withinClassVariance(candidates, labels: labels)
      / withinClassVariance(reference, labels: some(real.labels).map { real.labels[$0] })
    return Report(
      teacherAccuracy: Self.share(taught.answers, all.labels),
      judgeAccuracy: Self.share(judged.answers, all.labels),
      reconstructionAccuracy: Self.share(retaught.answers, all.labels),
      reconstructionError: error,
      judgeAgreement: Self.share(onCandidates.answers, generated.labels),
      candidates: generated.labels.count,
      varianceRatio: ratio.isFinite ? ratio : nil,
      imagesPerClass: count, frechetCandidates: distance(candidates),
      frechetReconstructions: distance(
        viewer.see(viewer.pick(rebuilt, tested), judge).features),
      frechetTest: distance(judged.features.gather(tested)),
      frechetTraining: distance(ofReal.gather(some(real.labels, skipping: count))))
  }

  /// How many of each class every set has, the real training images twice.
  private static func count(_ train: RealImages, _ test: RealImages, _ generated: [Int]) -> Int {
    let least = (0..<train.classes).map { label in
      min(
        train.content.counts[label] / 2, test.content.counts[label],
        generated.lazy.filter { $0 == label }.count)
    }
    return max(0, min(perClass, images / train.classes, least.min() ?? 0))
  }

  private static func share(_ answers: [Int], _ labels: [Int]) -> Double {
    Double(zip(answers, labels).count { $0 == $1 }) / Double(max(1, labels.count))
  }

  /// The first candidates of each class as generated, of the data set's size.
  private static func generated(_ pool: Pool, like data: DatasetContent) throws -> (
    bytes: [UInt8], labels: [Int]
  ) {
    var (bytes, labels): ([UInt8], [Int]) = ([], [])
    for label in data.classes.indices {
      let table = try pool.query(
        """
        SELECT entry, row FROM versions WHERE version = 0 AND class = ?
        ORDER BY item LIMIT ?
        """, [Value(label), Value(perClass)])
      for row in table.rows {
        guard let sequence = row[0].int, let place = row[1].int,
          (0...Item.maximumRow).contains(place)
        else { continue }
        let entry = try pool.entry(Int64(sequence))
        guard let number = pool.tensorNumber(entry, "image", class: label),
          Array(entry.tensors[number].shape.dropFirst()) == data.image
        else { continue }
        bytes += try pool.bytes(entry.sequence, number, rows: place..<place + 1)
        labels.append(label)
      }
    }
    guard !labels.isEmpty else {
      throw PoolError(
        .notFound, "The pool has no candidates to look at.",
        remedy: "psrdb generate --per-class 128")
    }
    return (bytes, labels)
  }
}

/// What networks make of images as bytes.
private struct Viewer {
  let scaling: ImageScaling
  /// Of one image.
  let shape: [Int]

  private var size: Int { shape.reduce(1, *) }

  private func blocks(_ bytes: [UInt8], _ body: (_ first: Int, _ bytes: [UInt8], [Int]) -> Void) {
    let count = bytes.count / size
    for first in stride(from: 0, to: count, by: 256) {
      let rows = first..<min(first + 256, count)
      body(
        first, Array(bytes[rows.lowerBound * size..<rows.upperBound * size]), [rows.count] + shape)
    }
  }

  func see(_ bytes: [UInt8], _ network: Classifier) -> (features: Tensor, answers: [Int]) {
    var features: Tensor?
    var answers: [Int] = []
    blocks(bytes) { first, part, shape in
      let (own, logits) = network.forward(
        scaling.standardised(bytes: part, shape: shape), .inference)
      let all = features ?? Tensor(uninitialized: [bytes.count / size, own.rowSize])
      all.setRows(at: first, own)
      features = all
      answers += logits.argmaxRows()
    }
    return (features ?? Tensor(zeros: [0, 0]), answers)
  }

  func pick(_ bytes: [UInt8], _ places: [Int]) -> [UInt8] {
    places.flatMap { bytes[$0 * size..<($0 + 1) * size] }
  }

  func reconstruct(_ bytes: [UInt8], _ autoencoder: Autoencoder) -> ([UInt8], error: Double) {
    var result: [UInt8] = []
    blocks(bytes) { _, part, shape in
      let images = ImageScaling.symmetric(bytes: part, shape: shape)
      result += ImageScaling.bytes(symmetric: autoencoder.decode(autoencoder.encode(images)))
    }
    let error = zip(bytes, result).reduce(0.0) {
      let d = (Double($1.0) - Double($1.1)) / 255
      return $0 + d * d
    }
    return (result, error / Double(max(1, bytes.count)))
  }
}
