/// The certificates of classes, in two numbers. Nil unless every class has one: those of some would
/// say nothing of the others.
struct Certificates {
  let least: Double?
  let mean: Double?

  init(_ classes: [Double?]) {
    let known = classes.compactMap(\.self)
    let isWhole = !known.isEmpty && known.count == classes.count
    least = isWhole ? known.min() : nil
    mean = isWhole ? known.reduce(0, +) / Double(known.count) : nil
  }
}
