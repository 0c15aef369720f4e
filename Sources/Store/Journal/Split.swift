/// A part of a data set of real images.
public enum Split: String, Codable, CaseIterable, Sendable { case train, test }
