/// An entry to append: what changes, with its tensors.
public struct Draft: Sendable {
  public var content: Content
  public var arguments: [String: String]
  public var tensors: [TensorDraft]

  public init(
    _ content: Content, arguments: [String: String] = [:], tensors: [TensorDraft] = []
  ) {
    self.content = content
    self.arguments = arguments
    self.tensors = tensors
  }
}
