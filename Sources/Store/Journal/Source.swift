/// What is ranked and selected from: versions of candidates, or real images.
public enum Source: String, Codable, CaseIterable, Sendable { case pool, real }
