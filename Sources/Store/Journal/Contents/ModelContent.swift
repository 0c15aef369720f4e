/// `model`: weights of one network. Tensor: `weights` u8 [bytes], a safetensors file whole.
public struct ModelContent: Codable, Equatable, Sendable {
  public var role: Role
  /// The network's family and its settings, as in the file's `__metadata__`.
  public var architecture: String
  /// SHA-256 of the safetensors file, hex: the model's identity everywhere.
  public var digest: String
  public var bytes: Int
  /// The file it was imported from, or the training run.
  public var origin: String

  public init(role: Role, architecture: String, digest: String, bytes: Int, origin: String) {
    self.role = role
    self.architecture = architecture
    self.digest = digest
    self.bytes = bytes
    self.origin = origin
  }
}
