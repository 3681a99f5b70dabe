// Conformance checklist 7.10: extension functions.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;

class ExtensionTest : public AddTest {
 protected:
  onnxExtensionFunctionPointer Find(const char* name, onnxStatus expected) {
    auto function = reinterpret_cast<onnxExtensionFunctionPointer>(Garbage());
    EXPECT_EQ(onnxGetExtensionFunctionAddress(id_, name, &function), expected)
        << name;
    return function;
  }
  onnxStatus SetIOAndRun(const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& outputs,
                         onnxMemoryFenceV1* fence) {
    const auto in = Descriptors(inputs);
    const auto out = Descriptors(outputs);
    return onnxSetIOAndRunGraph(graph_, static_cast<uint32_t>(in.size()),
                                in.data(), static_cast<uint32_t>(out.size()),
                                out.data(), fence);
  }
  onnxStatus RunBound() {
    onnxEvent input = NewEvent();
    EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    const onnxMemoryFenceV1 in = EventFence(input);
    onnxMemoryFenceV1 out = EventFence();
    const onnxStatus status = onnxRunGraph(graph_, &in, &out);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    EXPECT_EQ(onnxWaitEvent(out.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
    return status;
  }
};

TEST_F(ExtensionTest, R_254_R_255_Arguments) {
  onnxExtensionFunctionPointer function =
      reinterpret_cast<onnxExtensionFunctionPointer>(Garbage());
  EXPECT_EQ(onnxGetExtensionFunctionAddress(id_, nullptr, &function),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(function, nullptr);
  EXPECT_EQ(onnxGetExtensionFunctionAddress(id_, "x", nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  for (void* id : {static_cast<void*>(nullptr), Garbage(), backend_}) {
    function = reinterpret_cast<onnxExtensionFunctionPointer>(Garbage());
    EXPECT_EQ(
        onnxGetExtensionFunctionAddress(id, "onnxSetIOAndRunGraph", &function),
        ONNXIFI_STATUS_INVALID_ID);
    EXPECT_EQ(function, nullptr);
  }
}

TEST_F(ExtensionTest, R_256_R_259_UnknownNames) {
  for (const char* name :
       {"", "nothing", "onnxsetioandrungraph", "onnxSetIOAndRunGraphFunctio",
        "onnxWaitEventForFunction", "onnxReleaseTraceEventsFunction",
        "onnxSetOptionFunction", "onnxGetOptionFunction",
        "onnxGetCurrentBatchSizeFunction"}) {
    EXPECT_EQ(Find(name, ONNXIFI_STATUS_UNIDENTIFIED_NAME), nullptr);
  }
}

TEST_F(ExtensionTest, R_257_R_258_BothSpellings) {
  for (const std::string name :
       {"onnxGetExtensionFunctionAddress", "onnxSetIOAndRunGraph"}) {
    const auto bare = Find(name.c_str(), ONNXIFI_STATUS_SUCCESS);
    EXPECT_NE(bare, nullptr);
    EXPECT_EQ(Find((name + "Function").c_str(), ONNXIFI_STATUS_SUCCESS), bare);
  }
}

TEST_F(ExtensionTest, R_260_R_264_BindsAndRuns) {
  EXPECT_EQ(SetIO(graph_, {}, Outputs()), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  onnxMemoryFenceV1 fence = EventFence(Garbage());
  ASSERT_EQ(SetIOAndRun(Inputs(), Outputs(), &fence), ONNXIFI_STATUS_SUCCESS);
  ASSERT_NE(fence.event, Garbage());
  EXPECT_EQ(onnxWaitEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
  c_.assign(6, kUntouched);
  EXPECT_EQ(RunBound(), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(ExtensionTest, R_262_R_263_R_264_BadFences) {
  const auto refused = [&](onnxMemoryFenceV1* fence, onnxStatus status) {
    ASSERT_EQ(SetIO(graph_, Inputs(), Outputs()), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(SetIOAndRun(Inputs(), Outputs(), fence), status);
    EXPECT_EQ(RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
    EXPECT_TRUE(OutputUntouched());
  };
  refused(nullptr, ONNXIFI_STATUS_INVALID_POINTER);
  onnxMemoryFenceV1 fence = EventFence(Garbage());
  fence.tag = 7;
  refused(&fence, ONNXIFI_STATUS_UNSUPPORTED_TAG);
  fence = EventFence(Garbage());
  fence.type = 99;
  refused(&fence, ONNXIFI_STATUS_INVALID_FENCE_TYPE);
  fence.type = ONNXIFI_SYNCHRONIZATION_IMPLICIT;
  refused(&fence, ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE);
  EXPECT_EQ(fence.event, Garbage());
}

TEST_F(ExtensionTest, R_265_PairsFromThreadsDoNotMix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::vector<float> a(6), c(6);
      for (int i = 0; i < 300; ++i) {
        a.assign(6, static_cast<float>(1000 * t + i));
        onnxMemoryFenceV1 fence = EventFence();
        ASSERT_EQ(SetIOAndRun({{"a", {2, 3}, kFloat, a.data()},
                               {"b", {2, 3}, kFloat, b_.data()}},
                              {{"c", {2, 3}, kFloat, c.data()}}, &fence),
                  ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(c[3], a[3] + b_[3]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ExtensionTest, R_ext_1_R_ext_2_LastError) {
  EXPECT_EQ(onnxReleaseBackend(Garbage()), ONNXIFI_STATUS_INVALID_BACKEND);
  const std::string text = LastError();
  EXPECT_NE(text.find("backend"), std::string::npos) << text;
  NewEvent();  // success does not clear it, nor does FALLBACK
  size_t count = 0;
  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(LastError(), text);
  std::thread([&] { EXPECT_EQ(LastError(), ""); }).join();

  const auto last_error =
      reinterpret_cast<onnxGetLastErrorFunction>(reinterpret_cast<void (*)()>(
          Find(ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME, ONNXIFI_STATUS_SUCCESS)));
  EXPECT_EQ(last_error(nullptr, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  char small[4] = {'x', 'x', 'x', 'x'};
  size_t size = sizeof(small);
  EXPECT_EQ(last_error(small, &size), ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(size, text.size() + 1);
  EXPECT_EQ(small[0], 'x');
}

TEST_F(ExtensionTest, LongErrorTextsAreCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 2000; ++i) name += "\xc3\xa4";
  Find(name.c_str(), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  const std::string text = LastError();
  EXPECT_LT(text.size(), 1024u);
  EXPECT_GT(text.size(), 900u);
  EXPECT_EQ(text.substr(text.size() - 2), "\xc3\xa4");
}

}  // namespace
}  // namespace onnxifi::testing
