import Engine
import Store

/// `quality`: what the models are worth and how real the candidates look, by the judge's features.
///
/// It reads the test split to report, beside `evaluate` the only place that does; nothing that
/// steers (scores, gates, refinement) can see the answer.
public struct Quality {
  /// Images of each class compared, at most.
  static let perClass = 128
  /// Images compared at most, which bounds the decompositions of the Fréchet distance.
  static let images = 2000

  public init() {}

  /// What a pool has no models or candidates for is nil.
  public struct Report: Encodable, Equatable, Sendable {
    /// On the test split, in 0...1.
    public var teacherAccuracy: Double?
    public var judgeAccuracy: Double?
    /// The teacher's, on the autoencoder's reconstructions of the test split.
    public var reconstructionAccuracy: Double?
    /// Mean squared error of those, of pixels in 0...1.
    public var reconstructionError: Double?
    /// Candidates that the judge takes for their class, in 0...1.
    public var judgeAgreement: Double?
    public var candidates: Int
    /// Within-class variance of the judge's features, candidates over real training images; nil
    /// also where the latter do not vary.
    public var varianceRatio: Double?
    /// Images of each class in the rows below, the most there are: of a class that has fewer, those it
    /// has.
    public var imagesPerClass: Int?
    /// Squared Fréchet distances of the judge's features from real training images; nil also for
    /// too few images.
    public var frechetCandidates: Double?
    public var frechetReconstructions: Double?
    public var frechetTest: Double?
    public var frechetTraining: Double?
  }

  private typealias Generated = (bytes: [UInt8], labels: [Int])

  /// - Throws: `PoolError` when the pool lacks either split, or all of teacher, judge and
  ///   autoencoder; or has one that does not fit. `Interrupted`.
  public func run(_ context: Context) throws -> Report {
    context.begin("quality")
    let pool = context.pool
    let models = Models(pool)
    let teacher = try Models.ifThere { try models.teacher() }?.network
    let judge = try Models.ifThere { try models.judge() }?.network
    let autoencoder = try Models.ifThere { try models.autoencoder() }?.network
    if teacher == nil, judge == nil, autoencoder == nil { _ = try models.teacher() }
    let (train, test) = try (RealImages(.train, in: pool), RealImages(.test, in: pool))
    let all = try test.all()
    let generated = try Self.generated(pool, like: train.content)
    let counts = Self.counts(train, [all.labels, generated.labels].filter { !$0.isEmpty })
    // Each network sees the test split, the teacher its reconstructions too; the judge sees the
    // candidates, training images for two sets of `counts` of each class, and as many reconstructions.
    let whole = [
      teacher != nil, judge != nil, autoencoder != nil, teacher != nil && autoencoder != nil,
    ]
    let sets = autoencoder == nil ? 2 : 3
    let compared = judge == nil ? 0 : generated.labels.count + sets * counts.reduce(0, +)
    let viewer = try Viewer(
      context, images: whole.count { $0 } * all.labels.count + compared, scaling: train.scaling,
      shape: train.content.image)
    let rebuilt = try autoencoder.map { try viewer.reconstruct(all.bytes, $0) }

    var report = Report(reconstructionError: rebuilt?.error, candidates: generated.labels.count)
    if let teacher {
      report.teacherAccuracy = Self.share(
        try viewer.see(all.bytes, teacher, of: .teacher).answers, all.labels)
      report.reconstructionAccuracy = try rebuilt.map {
        Self.share(try viewer.see($0.bytes, teacher, of: .teacher).answers, all.labels)
      }
    }
    if let judge {
      try Self.compare(train, all, rebuilt?.bytes, generated, counts, viewer, judge, &report)
    }
    return report
  }

  /// What the judge says of all of them.
  private static func compare(
    _ train: RealImages, _ test: TrainingImages, _ rebuilt: [UInt8]?, _ generated: Generated,
    _ counts: [Int], _ viewer: Viewer, _ judge: Classifier, _ report: inout Report
  ) throws {
    let judged = try viewer.see(test.bytes, judge, of: .judge)
    report.judgeAccuracy = share(judged.answers, test.labels)

    func some(_ labels: [Int], skippingAsMany: Bool = false) -> [Int] {
      counts.enumerated().flatMap { label, count in
        labels.indices.lazy.filter { labels[$0] == label }
          .dropFirst(skippingAsMany ? count : 0).prefix(count)
      }
    }
    let real = try train.images { 0..<2 * counts[$0] }
    let ofReal = try viewer.see(real.bytes, judge, of: .judge).features
    let reference = ofReal.gather(some(real.labels))
    let tested = some(test.labels)
    func distance(_ features: Tensor) -> Double? { frechetDistance(reference, features) }
    report.imagesPerClass = counts.max()
    report.frechetTest = distance(judged.features.gather(tested))
    report.frechetTraining = distance(ofReal.gather(some(real.labels, skippingAsMany: true)))
    report.frechetReconstructions = try rebuilt.flatMap {
      distance(try viewer.see(viewer.pick($0, tested), judge, of: .judge).features)
    }
    guard !generated.labels.isEmpty else { return }
    let onCandidates = try viewer.see(generated.bytes, judge, of: .judge)
    let places = some(generated.labels)
    let candidates = onCandidates.features.gather(places)
    let ratio =
      withinClassVariance(candidates, labels: places.map { generated.labels[$0] })
      / withinClassVariance(reference, labels: some(real.labels).map { real.labels[$0] })
    report.judgeAgreement = share(onCandidates.answers, generated.labels)
    report.varianceRatio = ratio.isFinite ? ratio : nil
    report.frechetCandidates = distance(candidates)
  }

  /// How many of each class every set has, the real training images twice.
  private static func counts(_ train: RealImages, _ others: [[Int]]) -> [Int] {
    (0..<train.classes).map { label in
      others.reduce(min(perClass, images / train.classes, train.content.counts[label] / 2)) {
        least, labels in
        min(least, labels.lazy.filter { $0 == label }.count)
      }
    }
  }

  private static func share(_ answers: [Int], _ labels: [Int]) -> Double {
    Double(zip(answers, labels).count { $0 == $1 }) / Double(max(1, labels.count))
  }

  /// The first candidates of each class as generated, of the data set's size.
  private static func generated(_ pool: Pool, like data: DatasetContent) throws -> Generated {
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
        guard let number = entry.tensorNumber("image", class: label),
          Array(entry.tensors[number].shape.dropFirst()) == data.image
        else { continue }
        bytes += try pool.bytes(entry.sequence, number, rows: place..<place + 1)
        labels.append(label)
      }
    }
    return (bytes, labels)
  }
}

/// What networks make of images as bytes, with the progress of all that is looked at.
private final class Viewer {
  private let context: Context
  private let total: Int
  private var done = 0
  private let scaling: ImageScaling
  /// Of one image.
  private let shape: [Int]

  /// - Parameter images: how many will be looked at, counted once for each network.
  init(_ context: Context, images: Int, scaling: ImageScaling, shape: [Int]) throws {
    self.context = context
    total = images
    self.scaling = scaling
    self.shape = shape
    try context.step(0, of: images)
  }

  private var size: Int { shape.reduce(1, *) }

  private func blocks(
    _ bytes: [UInt8], _ body: (_ first: Int, _ bytes: [UInt8], [Int]) throws -> Void
  )
    throws
  {
    let count = bytes.count / size
    for first in stride(from: 0, to: count, by: 256) {
      let rows = first..<min(first + 256, count)
      try body(
        first, Array(bytes[rows.lowerBound * size..<rows.upperBound * size]), [rows.count] + shape)
      done += rows.count
      try context.step(done, of: total)
    }
  }

  func see(_ bytes: [UInt8], _ network: Classifier, of role: Role) throws -> (
    features: Tensor, answers: [Int]
  ) {
    var features: Tensor?
    var answers: [Int] = []
    try blocks(bytes) { first, part, shape in
      let (own, logits) = network.forward(
        scaling.standardised(bytes: part, shape: shape), .inference)
      try requireFinite(own, logits, of: role)
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

  func reconstruct(_ bytes: [UInt8], _ autoencoder: Autoencoder) throws -> (
    bytes: [UInt8], error: Double
  ) {
    var result: [UInt8] = []
    try blocks(bytes) { _, part, shape in
      let images = ImageScaling.symmetric(bytes: part, shape: shape)
      let decoded = autoencoder.decode(autoencoder.encode(images))
      try requireFinite(decoded, of: .autoencoder)
      result += ImageScaling.bytes(symmetric: decoded)
    }
    let error = zip(bytes, result).reduce(0.0) {
      let d = (Double($1.0) - Double($1.1)) / 255
      return $0 + d * d
    }
    return (result, error / Double(max(1, bytes.count)))
  }
}
