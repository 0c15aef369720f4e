import Engine
import Store

extension Model {
  /// What keeps the network from taking a data set's images, or nil where it fits.
  func misfit(_ data: DatasetContent) -> String? {
    func shape(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "×") }
    let classes: Int?
    let image: [Int]?
    switch self {
    case .classifier(let network):
      (classes, image) = (network.architecture.classes, network.architecture.image)
    case .autoencoder(let network): (classes, image) = (nil, network.configuration.image)
    case .prior(let network): (classes, image) = (network.configuration.classes, nil)
    }
    if let classes, classes != data.classes.count {
      return "is for \(classes) classes, and '\(data.dataset)' has \(data.classes.count)"
    }
    if let image, image != data.image {
      return "is for images of \(shape(image)), and '\(data.dataset)' has \(shape(data.image))"
    }
    return nil
  }
}
