// Where a client's tensors lie: runs of one program, whose buffers and data change
// between the runs.
#include "backends/opencl/device_program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backends/opencl/testing/model_fixture.h"

namespace onnxifi::opencl {
namespace {

using DeviceProgramTest = ModelTest;
using wire::ModelBuilder;

struct Free {
  void operator()(float* pages) const { std::free(pages); }
};
using Pages = std::unique_ptr<float, Free>;

constexpr size_t kPage = 4096;

// Whole pages, which a device that shares memory may use as they are.
Pages MakePages(size_t count) {
  const size_t bytes = (count * sizeof(float) + kPage - 1) / kPage * kPage;
  return Pages(static_cast<float*>(std::aligned_alloc(kPage, bytes + kPage)));
}

TEST_F(DeviceProgramTest, SeesWhatTheClientWritesBetweenRuns) {
  // Less and more than what is worth a buffer over it, with and without a rest.
  for (const size_t count : {size_t{100}, size_t{1} << 15, size_t{40001}}) {
    const Shape dims = {static_cast<int64_t>(count)};
    const std::string model = ModelBuilder()
                                  .Input("x", wire::kFloat, DimsOf(dims))
                                  .Output("y", wire::kFloat, DimsOf(dims))
                                  .Node("Neg", {"x"}, {"y"})
                                  .Build();
    const std::unique_ptr<Executable> program = Make(model, {dims});
    ASSERT_NE(program, nullptr);
    const Pages x = MakePages(count);
    const Pages y = MakePages(count);
    const Pages other = MakePages(count);
    for (int run = 0; run < 12; ++run) {
      // Pages, the same again, other pages, and what lies across them.
      float* const from = x.get() + (run % 4 == 3 ? 1 : 0);
      float* const to =
          (run % 4 == 2 ? other : y).get() + (run % 3 == 2 ? 3 : 0);
      for (size_t i = 0; i < count; ++i) {
        from[i] = static_cast<float>(i % 1000) + static_cast<float>(run);
        to[i] = 0;
      }
      const void* const in[] = {from};
      void* const out[] = {to};
      ASSERT_EQ(program->Run(in, out), ONNXIFI_STATUS_SUCCESS);
      for (size_t i = 0; i < count; ++i) {
        ASSERT_EQ(to[i], -from[i]) << count << ", run " << run << ", " << i;
      }
    }
  }
}

// An input that is an output at once is copied, wherever both lie.
TEST_F(DeviceProgramTest, CopiesAnInputThatIsAnOutput) {
  constexpr size_t kCount = 20000;
  const std::string model = ModelBuilder()
                                .Input("x", wire::kFloat, {int64_t{kCount}})
                                .Output("y", wire::kFloat, {int64_t{kCount}})
                                .Node("Identity", {"x"}, {"y"})
                                .Build();
  const std::unique_ptr<Executable> program = Make(model, {{kCount}});
  ASSERT_NE(program, nullptr);
  const Pages x = MakePages(kCount);
  const Pages y = MakePages(kCount);
  for (int run = 0; run < 4; ++run) {
    for (size_t i = 0; i < kCount; ++i) {
      x.get()[i] = static_cast<float>(i) * static_cast<float>(run);
    }
    const void* const in[] = {x.get()};
    void* const out[] = {y.get() + run % 2};
    ASSERT_EQ(program->Run(in, out), ONNXIFI_STATUS_SUCCESS);
    for (size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(y.get()[i + static_cast<size_t>(run) % 2], x.get()[i]) << run;
    }
  }
}

}  // namespace
}  // namespace onnxifi::opencl
