import Foundation

// Swift has no elementary functions in its standard library; these are the few the engine's
// scalar code needs, each from the C library.

extension Double {
  var naturalLogarithm: Double { Foundation.log(self) }

  /// sin(2πx) and cos(2πx).
  var turnSineCosine: (Double, Double) {
    (Foundation.sin(2 * .pi * self), Foundation.cos(2 * .pi * self))
  }
}

/// base to the power of exponent.
func raise(_ base: Double, _ exponent: Double) -> Double { Foundation.pow(base, exponent) }

/// eˣ.
func exponential(_ x: Double) -> Double { Foundation.exp(x) }
