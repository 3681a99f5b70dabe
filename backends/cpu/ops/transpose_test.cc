#include <gtest/gtest.h>

#include <numeric>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;

// Element by element from the definition out[i] = in[i permuted back].
template <typename T>
std::vector<T> Reference(const Shape& dims, const std::vector<int64_t>& perm,
                         const std::vector<T>& in) {
  const size_t rank = dims.size();
  std::vector<T> out;
  std::vector<int64_t> at(rank, 0);  // coordinates in the output
  for (size_t n = 0; n < in.size(); ++n) {
    std::vector<int64_t> from(rank);
    for (size_t i = 0; i < rank; ++i) {
      from[static_cast<size_t>(perm[i])] = at[i];
    }
    int64_t offset = 0;
    for (size_t i = 0; i < rank; ++i) offset = offset * dims[i] + from[i];
    out.push_back(in[static_cast<size_t>(offset)]);
    for (size_t i = rank; i-- > 0;) {
      if (++at[i] < dims[static_cast<size_t>(perm[i])]) break;
      at[i] = 0;
    }
  }
  return out;
}

template <typename T>
void Check(const Shape& dims, const std::vector<int64_t>& perm) {
  int64_t count = 1;
  for (const int64_t d : dims) count *= d;
  std::vector<T> in(static_cast<size_t>(count));
  std::iota(in.begin(), in.end(), T{1});
  OpTester t(kAllOps, "Transpose", 13);
  t.Input<T>(dims, in).AttrInts("perm", perm);
  t.Outputs({testing::TypeOf<T>()});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<T>(0), Reference(dims, perm, in))
      << ::testing::PrintToString(dims) << ::testing::PrintToString(perm);
}

TEST(TransposeTest, EveryPermutationOfFourAxes) {
  std::vector<int64_t> perm = {0, 1, 2, 3};
  do {
    Check<float>({2, 3, 5, 4}, perm);
    Check<uint8_t>({3, 1, 2, 9}, perm);
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST(TransposeTest, LargeTilesOfEveryElementSize) {
  Check<uint8_t>({3, 67, 131}, {0, 2, 1});
  Check<int16_t>({3, 67, 131}, {0, 2, 1});
  Check<float>({3, 67, 131}, {2, 1, 0});
  Check<double>({2, 67, 131}, {2, 0, 1});
  Check<float>({2, 128, 12, 64}, {0, 2, 1, 3});
  Check<float>({1, 24, 33, 35}, {0, 2, 3, 1});
}

TEST(TransposeTest, HighRank) {
  Check<float>({2, 1, 3, 2, 2, 3, 1, 2, 2}, {8, 0, 3, 5, 1, 7, 2, 6, 4});
}

TEST(TransposeTest, DefaultReversesAndEmptyIsFine) {
  OpTester t(kAllOps, "Transpose", 1);
  t.Input<float>({2, 0, 3}, {});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{3, 0, 2}));
}

TEST(TransposeTest, MovesStrings) {
  OpTester t(kAllOps, "Transpose", 13);
  t.Strings({2, 2}, {"a", "b", "c", ""}).Outputs({DataType::kString});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputStrings(0), (std::vector<std::string>{"a", "c", "b", ""}));
}

}  // namespace
}  // namespace onnxifi::cpu
