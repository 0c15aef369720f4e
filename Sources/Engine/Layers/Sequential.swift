/// Layers one after another.
public final class Sequential: Layer {
  public let layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public var parameters: [Parameter] { layers.flatMap(\.parameters) }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    return layers.reduce(input) { $1.forward($0, pass) }
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    layers.reversed().reduce(gradient) { $1.backward($0) }
  }

  public func backwardParameters(_ gradient: Tensor) {
    var gradient = gradient
    for layer in layers.dropFirst().reversed() { gradient = layer.backward(gradient) }
    layers.first?.backwardParameters(gradient)
  }
}
