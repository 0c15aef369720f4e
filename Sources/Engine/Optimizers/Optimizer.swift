/// Changes trainable parameters by their gradients. Its state can be saved and put back.
public protocol Optimizer: AnyObject {
  /// One step with the given learning rate.
  func step(rate: Float)
  /// The tensors a resumed training needs, in a fixed order.
  var state: [Tensor] { get }
  /// Steps taken; set when resuming.
  var steps: Int { get set }
}
