#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using testing::OpTester;

Status Scatter(const std::string& mode, int64_t index,
               std::vector<float>* out) {
  OpTester t(kAllOps, "TensorScatter", 24);
  t.Input<float>({1, 4, 1}, {0, 0, 0, 0});
  t.Input<float>({1, 2, 1}, {1, 2});
  t.Input<int64_t>({1}, {index}).AttrString("mode", mode);
  const Status status = t.Run();
  if (status.ok()) *out = t.Output<float>(0);
  return status;
}

TEST(TensorScatterTest, CircularCachesCountModuloTheirLength) {
  std::vector<float> out;
  ASSERT_TRUE(Scatter("circular", 3, &out).ok());
  EXPECT_EQ(out, (std::vector<float>{2, 0, 0, 1}));
  ASSERT_TRUE(Scatter("circular", 9, &out).ok());
  EXPECT_EQ(out, (std::vector<float>{0, 1, 2, 0}));
  ASSERT_TRUE(Scatter("circular", INT64_MAX, &out).ok());
  EXPECT_EQ(out, (std::vector<float>{2, 0, 0, 1}));
}

TEST(TensorScatterTest, RefusesPlacesOutside) {
  std::vector<float> out;
  ASSERT_TRUE(Scatter("linear", 2, &out).ok());
  EXPECT_EQ(out, (std::vector<float>{0, 0, 1, 2}));
  EXPECT_FALSE(Scatter("linear", 3, &out).ok());
  EXPECT_FALSE(Scatter("linear", -1, &out).ok());
  EXPECT_FALSE(Scatter("circular", -1, &out).ok());
}

}  // namespace
}  // namespace onnxifi::cpu
