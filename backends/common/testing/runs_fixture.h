#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_RUNS_FIXTURE_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_RUNS_FIXTURE_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {

// CLOCK_MONOTONIC, from now.
uint64_t InMs(int64_t ms);

// Waits up to 20 seconds for `condition`; false if it stays false.
bool Eventually(const std::function<bool()>& condition);

// What a `done` callback was told, and how often.
struct Told {
  std::atomic<int> calls{0};
  std::atomic<onnxStatus> status{-1};
  std::atomic<uint64_t> id{0};
  std::function<void()> then;  // called by it

  static void ONNXIFI_ABI Done(void* context, uint64_t id, onnxStatus status);
};

// A client of startRun: graph_ copies x_ to y_, which are bound.
class RunsTest : public ValuesTest {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Of graph_, with the binding and an event.
  onnxStartRunArguments Args();
  // The same that wants to be told instead.
  onnxStartRunArguments ArgsFor(Told* told);
  // Starts it; the output event, if there is one, is released by the fixture.
  onnxStatus Start(const onnxStartRunArguments& arguments);
  onnxStatus Start(onnxStartRunArguments arguments,
                   const std::vector<onnxEvent>& waits);
  onnxGraph NewContext(onnxGraph graph);
  // Another event that the fixture releases.
  void Own(onnxEvent event) { outputs_.push_back(event); }
  onnxErrorInfo ErrorOf(onnxEvent event);

  static constexpr float kUntouched = -77;
  onnxGraph graph_ = nullptr;
  float x_ = 3;
  float y_ = kUntouched;
  onnxEvent event_ = nullptr;  // of the last run that Args() was for

 private:
  std::vector<onnxEvent> outputs_;
  std::vector<onnxGraph> contexts_;
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_RUNS_FIXTURE_H_
