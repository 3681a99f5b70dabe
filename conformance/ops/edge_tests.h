#ifndef ONNXIFI_CONFORMANCE_OPS_EDGE_TESTS_H_
#define ONNXIFI_CONFORMANCE_OPS_EDGE_TESTS_H_

#include <string>
#include <vector>

#include "conformance/harness/test.h"
#include "conformance/ops/op_case.h"

namespace onnxifi::conformance {

// Tests of single operators at the edges of what they are defined for, against
// references in double precision; one function for each kind of operators.
void AddEdgeUnary(TestList* list);
void AddEdgeBinary(TestList* list);
void AddEdgeCompare(TestList* list);
void AddEdgeCast(TestList* list);
void AddEdgeMove(TestList* list);
void AddEdgeSlice(TestList* list);
void AddEdgeGather(TestList* list);
void AddEdgeReduce(TestList* list);
void AddEdgeRecurrent(TestList* list);
void AddEdgeSelect(TestList* list);
void AddEdgeNormalize(TestList* list);
void AddEdgeMatMul(TestList* list);
void AddEdgeConv(TestList* list);
void AddEdgePool(TestList* list);

// Adds "edge/NAME" to the profile of the type.
void AddEdge(TestList* list, const std::string& name, DataType type,
             std::function<void(Test&)> run);
// "conv_group" for Conv: names of tests are lower case.
std::string LowerName(const std::string& op);

// Shapes without a dimension of 0: a scalar, odd sizes, ranks up to 8.
std::vector<Shape> EdgeShapes();
// Shapes with one.
std::vector<Shape> EmptyShapes();
// NaN, infinities, zeros of both signs, numbers below the normal ones, the
// largest, and some that lie between two results.
std::vector<double> SpecialValues(DataType type);

// What a device computes with that takes numbers below the normal ones for 0.
double Flush(DataType type, double value);

// "3x5 + 1x5".
std::string ShapesText(const std::vector<Shape>& shapes);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_EDGE_TESTS_H_
