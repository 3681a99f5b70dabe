#ifndef ONNXIFI_CONFORMANCE_OPS_ERROR_BOUND_H_
#define ONNXIFI_CONFORMANCE_OPS_ERROR_BOUND_H_

#include <string_view>

#include "graph/tensor_type.h"

namespace onnxifi::conformance {

// How far a result may lie from the exact one of the same inputs. The bounds
// are derived: from the number of roundings where an operator is arithmetic,
// from what OpenCL's full profile asks of a math function where it is not, and
// 0 where numbers are only moved, chosen or compared.

// Distance from 1 to the next number of a floating type; 0 for integers.
double Epsilon(graph::DataType type);
// The smallest normal number: below it a device may flush to 0.
double SmallestNormal(graph::DataType type);
double LargestFinite(graph::DataType type);

// Units in the last place that a math function of one or two arguments may be
// off; nothing (-1) for operators that are not listed.
double UlpsOf(std::string_view op);

// Of an elementwise operator with the exact result `want`. Types of 16 bits may
// be computed in float and rounded at the end.
double ElementwiseBound(std::string_view op, graph::DataType type, double want);

// Of a sum of `terms` products or numbers whose magnitudes add up to
// `magnitude`, accumulated in float at least and rounded to the type at the
// end. Tight: without one average term, or accumulated in 16 bits, a sum of up
// to some thousand terms lies outside.
double SumBound(graph::DataType type, double terms, double magnitude,
                double want);

// Of `roundings` roundings one after the other, each relative to the result.
double ChainBound(graph::DataType type, double roundings, double want);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_ERROR_BOUND_H_
