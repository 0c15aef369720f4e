/// What a network is for.
public enum Role: String, Codable, CaseIterable, Sendable {
  case teacher, judge, autoencoder, prior
}
