/// `generate`: candidates of one class, a contiguous run of indices first..<first+n.
///
/// Tensors: `latent` f16 [n, h, w, c] and `image` u8 [n, H, W, C] (decoded from the stored f16
/// latent), both with `class` set. Row r holds the candidate of index first + r, version 0.
/// A candidate's id is `CLASS-INDEX-PLAN` (index zero-padded to 5), a version's adds `@N`.
public struct GenerateContent: Codable, Equatable, Sendable {
  /// The generation's name, e.g. "base".
  public var generation: String
  /// The first 8 hex digits of the SHA-256 of seed, prior, autoencoder, sampler, steps and guidance
  /// (as Swift prints a Double: 1.25, 2.0), a newline between: what makes ids stable across merges
  /// and machines.
  public var plan: String
  public var `class`: Int
  public var first: Int
  public var seed: UInt64
  /// Model digests; of imported candidates, the digest of the file they came in takes the prior's
  /// place.
  public var prior: String
  public var autoencoder: String
  public var sampler: String
  public var steps: Int
  public var guidance: Double

  /// The sampler's name where candidates were made elsewhere.
  public static let imported = "import"

  public init(
    generation: String, plan: String, `class`: Int, first: Int, seed: UInt64, prior: String,
    autoencoder: String, sampler: String, steps: Int, guidance: Double
  ) {
    self.generation = generation
    self.plan = plan
    self.class = `class`
    self.first = first
    self.seed = seed
    self.prior = prior
    self.autoencoder = autoencoder
    self.sampler = sampler
    self.steps = steps
    self.guidance = guidance
  }
}
