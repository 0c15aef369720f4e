/// What a forward pass is for.
public enum Pass: Sendable {
  /// Running statistics, nothing kept for a backward pass.
  case inference
  /// Batch statistics where a layer has them; `backward` follows and adds to gradients.
  case training
  /// Running statistics; `backward` follows for the input's gradient alone (refinement).
  case frozen

  /// Whether `backward` will follow, so the layer must keep what it needs.
  var keeps: Bool { self != .inference }
}

/// A differentiable map of one tensor, with its own backward pass.
///
/// `backward` belongs to the last `forward` whose pass keeps: a layer holds one set of
/// activations. An inference pass changes nothing in the layer, so that several threads may run
/// one. After a training pass it adds to its parameters' gradients; after a frozen one it leaves
/// them alone. Shapes are the caller's duty; a wrong one is a programming error.
public protocol Layer: AnyObject {
  /// Trainable parameters and buffers, in a fixed order.
  var parameters: [Parameter] { get }
  func forward(_ input: Tensor, _ pass: Pass) -> Tensor
  /// The gradient of the loss by the input, from the one by the output.
  func backward(_ gradient: Tensor) -> Tensor
  /// The parameters' gradients alone: for a network's first layer, whose input needs none.
  func backwardParameters(_ gradient: Tensor)
}

extension Layer {
  public func backwardParameters(_ gradient: Tensor) { _ = backward(gradient) }
}
