#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/str_cat.h"

namespace onnxifi {
namespace {

Status Fail() { return Status(ONNXIFI_STATUS_INVALID_NAME, "no such name"); }

Result<int> Half(int value) {
  if (value % 2 != 0) {
    return Status(ONNXIFI_STATUS_INVALID_SHAPE, StrCat(value, " is odd"));
  }
  return value / 2;
}

Result<int> Quarter(int value) {
  ONNXIFI_ASSIGN_OR_RETURN(const int half, Half(value));
  ONNXIFI_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(StatusTest, OkCarriesNoText) {
  const Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_EQ(ok.code(), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(ok.message(), "");
  EXPECT_TRUE(ok.WithContext("ignored").ok());
}

TEST(StatusTest, ContextGoesInFront) {
  const Status failed = Fail().WithContext("conv1");
  EXPECT_EQ(failed.code(), ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(failed.message(), "conv1: no such name");
}

TEST(StatusTest, ReturnIfErrorStopsAtTheFirst) {
  int reached = 0;
  const auto run = [&]() -> Status {
    ++reached;
    ONNXIFI_RETURN_IF_ERROR(Fail());
    ++reached;
    return Status::Ok();
  };
  EXPECT_EQ(run().code(), ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(reached, 1);
}

TEST(ResultTest, PassesValuesAndErrorsOn) {
  EXPECT_EQ(*Quarter(12), 3);
  const Result<int> odd = Quarter(6);
  EXPECT_FALSE(odd.ok());
  EXPECT_EQ(odd.status().code(), ONNXIFI_STATUS_INVALID_SHAPE);
  EXPECT_EQ(odd.status().message(), "3 is odd");
}

TEST(ResultTest, MovesItsValueOut) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.status().ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(StrCatTest, JoinsAndShowsShapes) {
  EXPECT_EQ(StrCat("a", 1, ' ', true, size_t{5}), "a1 true5");
  EXPECT_EQ(ShapeText(std::vector<int64_t>{1, -1, 3}), "1x?x3");
  EXPECT_EQ(ShapeText(std::vector<int64_t>{}), "scalar");
}

}  // namespace
}  // namespace onnxifi
