// Derivatives of operators that are not elementwise against central
// differences.
#include <gtest/gtest.h>

#include <string>

#include "backends/cpu/testing/gradient_tester.h"

namespace onnxifi::cpu {
namespace {

using testing::GradientTester;

void Check(const std::string& inputs, const std::string& nodes,
           int opset = 21) {
  GradientTester(inputs, nodes)
      .Opset(opset)
      .Sizes({{"N", 2}, {"M", 3}, {"K", 4}})
      .Check();
}

TEST(GradientMatrixTest, MatMul) {
  for (const char* inputs : {
           "double[2,3] a, double[3,4] b",
           "double[2,2,3] a, double[3,4] b",
           "double[2,2,3] a, double[2,3,4] b",
           "double[2,1,2,3] a, double[2,3,2] b",
           "double[2,3] a, double[2,3,2] b",
           "double[3] a, double[3] b",
           "double[3] a, double[3,2] b",
           "double[2,3] a, double[3] b",
           "double[3] a, double[2,3,2] b",
           "double[2,2,3] a, double[3] b",
           "double[N,M] a, double[M,K] b",
           "double[N,2,M] a, double[M,K] b",
       }) {
    Check(inputs, "y = MatMul(a, b)");
  }
}

TEST(GradientMatrixTest, Gemm) {
  Check("double[2,3] a, double[3,4] b, double[4] c", "y = Gemm(a, b, c)");
  Check("double[2,3] a, double[3,4] b", "y = Gemm(a, b)");
  Check("double[3,2] a, double[3,4] b, double[2,1] c",
        "y = Gemm <transA = 1, alpha = 0.5, beta = 2.0> (a, b, c)");
  Check("double[2,3] a, double[4,3] b, double[2,4] c",
        "y = Gemm <transB = 1, alpha = 1.5> (a, b, c)");
  Check("double[3,2] a, double[4,3] b, double c",
        "y = Gemm <transA = 1, transB = 1> (a, b, c)");
}

TEST(GradientShapeTest, OneToOne) {
  Check("double[2,3,4] x", "y = Transpose <perm = [2, 0, 1]> (x)");
  Check("double[2,3] x", "y = Transpose(x)");
  Check("double[N,M] x", "y = Transpose <perm = [1, 0]> (x)");
  Check("double[2,6] x",
        "s = Constant <value = int64[3] {2, 2, -1}> ()\ny = Reshape(x, s)");
  Check("double[N,6] x",
        "s = Constant <value = int64[2] {-1, 2}> ()\ny = Reshape(x, s)");
  Check("double[2,3,2] x", "y = Flatten <axis = 2> (x)");
  Check("double[2,1,3,1] x",
        "a = Constant <value = int64[2] {1, -1}> ()\ny = Squeeze(x, a)");
  Check("double[2,1,3] x", "y = Squeeze(x)");
  Check("double[2,1,3] x", "y = Squeeze <axes = [1]> (x)", 11);
  Check("double[2,3] x",
        "a = Constant <value = int64[2] {0, -1}> ()\ny = Unsqueeze(x, a)");
  Check("double[2,3] x", "y = Unsqueeze <axes = [1]> (x)", 11);
}

TEST(GradientShapeTest, Repeated) {
  Check("double[2,1] x",
        "s = Constant <value = int64[3] {3, 1, 4}> ()\ny = Expand(x, s)");
  Check("double x", "s = Constant <value = int64[1] {3}> ()\ny = Expand(x, s)");
  Check("double[2,3] x",
        "s = Constant <value = int64[2] {3, 2}> ()\ny = Tile(x, s)");
  Check("double[N] x",
        "s = Constant <value = int64[1] {3}> ()\ny = Tile(x, s)");
}

TEST(GradientShapeTest, ConcatAndSplit) {
  Check("double[2,3] a, double[2,1] b, double[2,2] c",
        "y = Concat <axis = 1> (a, b, c)");
  Check("double[2,3] a, double[1,3] b", "y = Concat <axis = -2> (a, b)");
  Check("double[N,3] a, double[M,3] b", "y = Concat <axis = 0> (a, b)");
  Check("double[2,6] x",
        "a, b, c = Split <axis = 1, num_outputs = 3> (x)\ny = Mul(a, c)");
  Check("double[5] x",
        "s = Constant <value = int64[2] {2, 3}> ()\n"
        "a, b = Split(x, s)\ny = Exp(b)");
  Check("double[4,2] x", "a, b = Split(x)\ny = Mul(a, b)", 11);
}

TEST(GradientIndexTest, Slice) {
  Check("double[4,5] x",
        "s = Constant <value = int64[2] {1, -1}> ()\n"
        "e = Constant <value = int64[2] {4, -5}> ()\n"
        "a = Constant <value = int64[2] {0, 1}> ()\n"
        "t = Constant <value = int64[2] {2, -2}> ()\n"
        "y = Slice(x, s, e, a, t)");
  Check("double[N,5] x",
        "s = Constant <value = int64[1] {1}> ()\n"
        "e = Constant <value = int64[1] {3}> ()\n"
        "a = Constant <value = int64[1] {1}> ()\ny = Slice(x, s, e, a)");
  Check("double[4,5] x", "y = Slice <starts = [1, 0], ends = [3, 2]> (x)", 9);
}

TEST(GradientIndexTest, Gather) {
  const std::string indices =
      "i = Constant <value = int64[2,2] {0, 2, -1, 0}> ()\n";
  Check("double[3,2] x", indices + "y = Gather(x, i)");
  Check("double[2,3,2] x", indices + "y = Gather <axis = 1> (x, i)");
  Check("double[2,3] x", indices + "y = Gather <axis = -1> (x, i)");
  Check("double[2,3] x",
        "i = Constant <value = int32 {1}> ()\ny = Gather <axis = 1> (x, i)");
  Check("double[M,N] x", indices + "y = Gather(x, i)");
  Check("double[3,3] x", indices + "y = GatherElements <axis = 1> (x, i)");
  Check("double[3,2] x",
        "i = Constant <value = int64[2,1] {2, 2}> ()\ny = GatherND(x, i)");
  Check("double[2,3] x",
        "i = Constant <value = int64[2,1] {2, 1}> ()\n"
        "y = GatherND <batch_dims = 1> (x, i)");
}

TEST(GradientIndexTest, Scatter) {
  const std::string indices = "i = Constant <value = int64[1,2] {1, 0}> ()\n";
  Check("double[2,2] x, double[1,2] u",
        indices + "y = ScatterElements(x, i, u)");
  Check("double[2,2] x, double[1,2] u",
        indices + "y = ScatterElements <reduction = \"add\"> (x, i, u)");
  const std::string tuples = "i = Constant <value = int64[2,1] {1, 1}> ()\n";
  Check("double[3,2] x, double[2,2] u",
        tuples + "y = ScatterND <reduction = \"add\"> (x, i, u)");
  Check("double[3,2] x, double[2,2] u",
        "i = Constant <value = int64[2,1] {2, 0}> ()\n"
        "y = ScatterND(x, i, u)");
}

TEST(GradientIndexTest, Pad) {
  const std::string pads = "p = Constant <value = int64[4] {1, 0, 2, 1}> ()\n";
  Check("double[2,3] x, double v", pads + "y = Pad(x, p, v)");
  Check("double[2,3] x", pads + "y = Pad(x, p)");
  Check("double[4,3] x",
        "p = Constant <value = int64[4] {-1, 1, 0, -2}> ()\ny = Pad(x, p)");
  Check("double[3,3] x", pads + "y = Pad <mode = \"reflect\"> (x, p)");
  Check("double[3,3] x", pads + "y = Pad <mode = \"edge\"> (x, p)");
  Check("double[2,3] x",
        "p = Constant <value = int64[2] {1, 2}> ()\n"
        "a = Constant <value = int64[1] {-1}> ()\ny = Pad(x, p, , a)");
  Check("double[2,3] x", "y = Pad <pads = [1, 0, 2, 1], value = 3.0> (x)", 10);
}

TEST(GradientIndexTest, Moves) {
  Check("double[1,4,1,2] x", "y = DepthToSpace <blocksize = 2> (x)");
  Check("double[1,1,2,4] x", "y = SpaceToDepth <blocksize = 2> (x)");
  Check("double[3,2] x",
        "l = Constant <value = int64[2] {2, 3}> ()\n"
        "y = ReverseSequence(x, l)");
  Check("double[3,3] x", "y = Trilu <upper = 0> (x)");
  Check("double[2,5] x",
        "k = Constant <value = int64[1] {2}> ()\ny, i = TopK(x, k)");
  Check("double[4,2] x",
        "c = Constant <value = bool[4] {1, 0, 1, 1}> ()\n"
        "y = Compress <axis = 0> (x, c)");
}

TEST(GradientReduceTest, Sums) {
  const std::string axes = "a = Constant <value = int64[2] {0, -1}> ()\n";
  for (const char* op :
       {"ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2",
        "ReduceLogSumExp", "ReduceMax", "ReduceMin"}) {
    const std::string call = std::string("y = ") + op;
    Check("double[2,3,2] x", axes + call + "(x, a)");
    Check("double[2,3,2] x", axes + call + " <keepdims = 0> (x, a)");
    Check("double[2,3] x", call + "(x)");
    Check("double[N,M] x", call + " <keepdims = 0> (x)");
    Check("double[2,3] x", call + " <axes = [1], keepdims = 0> (x)", 11);
  }
  Check("double[2,3] x", "y = ReduceSum <noop_with_empty_axes = 1> (x)");
  GradientTester("double[2,3] x", axes + "y = ReduceLogSum(x, a)")
      .Range(0.5, 2)
      .Check();
}

TEST(GradientReduceTest, Softmax) {
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    const std::string call = std::string("y = ") + op;
    Check("double[2,3] x", call + "(x)");
    Check("double[2,3,2] x", call + " <axis = 1> (x)");
    Check("double[2,3,2] x", call + " <axis = 1> (x)", 11);
    Check("double[2,3,2] x", call + "(x)", 11);
    Check("double[N,M] x", call + "(x)");
  }
}

TEST(GradientReduceTest, CumSum) {
  const std::string axis = "a = Constant <value = int64 {1}> ()\n";
  Check("double[2,4] x", axis + "y = CumSum(x, a)");
  Check("double[2,4] x", axis + "y = CumSum <exclusive = 1> (x, a)");
  Check("double[2,4] x", axis + "y = CumSum <reverse = 1> (x, a)");
}

}  // namespace
}  // namespace onnxifi::cpu
