// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A C library of the system, with the Debian package that brings its headers.
func system(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "psrdb",
  products: [
    .executable(name: "psrdb", targets: ["psrdb"]),
    // For the benchmarks' own package.
    .library(name: "Engine", targets: ["Engine"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    system("CLMDB", "lmdb", "liblmdb-dev"),
    system("COpenBLAS", "openblas", "libopenblas-dev"),
    system("CPNG", "libpng", "libpng-dev"),
    system("CTurboJPEG", "libturbojpeg", "libturbojpeg0-dev"),
    system("CZlib", "zlib", "zlib1g-dev"),
    system("CCrypto", "libcrypto", "libssl-dev"),
    system("CSQLite", "sqlite3", "libsqlite3-dev"),
    .target(name: "CKernels"),
    // The pool: LMDB is the truth, SQLite the index. Knows no networks.
    .target(
      name: "Store",
      dependencies: [
        "CLMDB", "CCrypto", "CSQLite", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["schema/format.md"],
      resources: [.embedInCode("schema/index.sql")],
      swiftSettings: strict),
    // Tensors, networks, diffusion, selection, refinement. Knows no pool.
    .target(
      name: "Engine",
      dependencies: ["CKernels", "COpenBLAS", "CPNG", "CTurboJPEG", "CZlib"],
      exclude: ["Stages"],
      swiftSettings: strict),
    // Read pool, compute, append to pool: the only place that sees both.
    .target(
      name: "Stages",
      dependencies: ["Store", "Engine", .product(name: "Yams", package: "Yams")],
      path: "Sources/Engine/Stages",
      swiftSettings: strict),
    .executableTarget(
      name: "psrdb",
      dependencies: [
        "Store", "Engine", "Stages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // Makes the pools that selection and the store are measured on.
    .executableTarget(
      name: "bench-pool", dependencies: ["Store", "Stages", "Engine"], path: "Benchmarks/pool",
      swiftSettings: strict),
    // A writer that the store's tests kill and starve.
    .executableTarget(
      name: "StoreWorker", dependencies: ["Store"], path: "Tests/StoreWorker",
      swiftSettings: strict),
    // Fuzzing, power cuts and failing calls, for the tests of every module.
    .target(
      name: "TestSupport", path: "Tests/TestSupport", exclude: ["shim"], swiftSettings: strict),
    .testTarget(
      name: "StoreTests",
      dependencies: [
        "Store", "StoreWorker", "CLMDB", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "StagesTests", dependencies: ["Stages", "Store", "Engine", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "psrdbTests",
      dependencies: [
        "psrdb", "Stages", "Store", "Engine", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Snapshots"],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c11
)
