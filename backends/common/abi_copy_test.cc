// Interface 1.1: copies between memories. Requirements R-ext-49 to R-ext-51.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/memory_fixture.h"

namespace onnxifi::testing {
namespace {

class CopyTest : public MemoryTest {
 protected:
  void SetUp() override {
    MemoryTest::SetUp();
    memory_ = New(16);
    at_ = memory_.buffer;
    bytes_ = static_cast<char*>(memory_.hostPointer);
    std::fill_n(bytes_, 16, '.');
  }
  // Starts a copy of one byte behind `waits`.
  onnxEvent StartOne(const std::vector<onnxEvent>& waits) {
    onnxEvent event = nullptr;
    EXPECT_EQ(Copy({Up("x", at_, 1)}, waits, &event), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    return event;
  }
  void Release(onnxEvent event) {
    EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
  std::string Bytes() const { return std::string(bytes_, 16); }

  onnxMemory memory_ = {};
  onnxPointer at_ = 0;
  char* bytes_ = nullptr;
};

TEST_F(CopyTest, R_ext_49_BatchesGoInOrder) {
  std::string out(8, '-');
  ASSERT_EQ(Copy({Up("abcdefgh", at_, 8), Across(at_ + 2, at_ + 8, 4),
                  Up("XY", at_ + 3, 2), Down(at_ + 2, out.data(), 8)}),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(Bytes(), "abcXYfghcdef....");
  EXPECT_EQ(out, "cXYfghcd");
  // Ranges that overlap, nothing, and the last byte.
  ASSERT_EQ(Copy({Across(at_, at_ + 1, 8), Up("!", at_ + 16, 0),
                  Up("?", at_ + 15, 1)}),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(Bytes(), "aabcXYfghdef...?");
  EXPECT_EQ(Copy({}), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(CopyTest, R_ext_49_BeginsWhenAllWaitEventsAreSignalled) {
  for (const std::vector<size_t>& order :
       {std::vector<size_t>{}, {0}, {0, 1, 2}, {2, 1, 0}, {1, 2, 0}}) {
    std::vector<onnxEvent> waits;
    bytes_[0] = '.';
    for (size_t i = 0; i < order.size(); ++i) waits.push_back(NewEvent());
    const onnxEvent done = StartOne(waits);
    for (const size_t i : order) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      EXPECT_EQ(State(done), ONNXIFI_EVENT_STATE_NONSIGNALLED);
      EXPECT_EQ(bytes_[0], '.');
      EXPECT_EQ(onnxSignalEvent(waits[i]), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS) << LastError();
    EXPECT_EQ(bytes_[0], 'x');
    Release(done);
  }
}

TEST_F(CopyTest, R_ext_49_EventsThatAreSignalledAlready) {
  std::vector<onnxEvent> waits = {NewEvent(), NewEvent()};
  for (onnxEvent event : waits) {
    EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(Copy({Up("x", at_, 1)}, waits), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(bytes_[0], 'x');
  // One of them several times.
  EXPECT_EQ(Copy({Up("y", at_, 1)}, {waits[0], waits[0], waits[0]}),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(bytes_[0], 'y');
}

TEST_F(CopyTest, R_ext_49_WithoutAnEventTheCallWaits) {
  const std::vector<onnxEvent> waits = {NewEvent(), NewEvent()};
  std::thread signals([&] {
    for (onnxEvent event : waits) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      EXPECT_EQ(bytes_[0], '.');
      EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
  });
  EXPECT_EQ(Copy({Up("x", at_, 1)}, waits), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(bytes_[0], 'x');
  signals.join();
}

TEST_F(CopyTest, R_ext_49_AWaitEventThatIsReleasedEndsTheCopy) {
  for (const size_t count : {1u, 2u, 3u}) {
    std::vector<onnxEvent> waits;
    for (size_t i = 0; i < count; ++i) waits.push_back(NewEvent());
    const onnxEvent done = StartOne(waits);
    // The others need not come any more.
    Forget(waits.back());
    Release(waits.back());
    EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_NE(LastError().find("copy on backend"), std::string::npos)
        << LastError();
    Release(done);
  }
  EXPECT_EQ(bytes_[0], '.');
}

// A run gates a copy, which gates a run.
TEST_F(CopyTest, R_ext_49_CopiesAndRunsWaitForEachOther) {
  const onnxMemory other = New(24);
  const std::string model = models::Add();
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  std::vector<float> c(6, 0);
  std::vector<float> d(6, 0);
  onnxGraph first = NewGraph(model);
  onnxGraph second = NewGraph(model);
  constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;
  ASSERT_EQ(
      SetIO(first,
            {{"a", {2, 3}, kFloat, a.data()}, {"b", {2, 3}, kFloat, a.data()}},
            {{"c", {2, 3}, kFloat, c.data()}}),
      ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(SetIO(second,
                  {{"a", {2, 3}, kFloat, other.hostPointer},
                   {"b", {2, 3}, kFloat, a.data()}},
                  {{"c", {2, 3}, kFloat, d.data()}}),
            ONNXIFI_STATUS_SUCCESS);
  for (const bool fails : {false, true}) {
    Fake().run_status =
        fails ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS;
    onnxEvent input = NewEvent();
    onnxEvent also = NewEvent();
    onnxEvent made = AbiTest::Run(first, input);
    onnxEvent copied = nullptr;
    ASSERT_EQ(Copy({Up(c.data(), other.buffer, 24)}, {also, made}, &copied),
              ONNXIFI_STATUS_SUCCESS);
    onnxEvent done = AbiTest::Run(second, copied);
    EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxSignalEvent(also), ONNXIFI_STATUS_SUCCESS);
    if (fails) {
      EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_INTERNAL_ERROR);
      EXPECT_EQ(onnxWaitEvent(copied), ONNXIFI_STATUS_INTERNAL_ERROR);
    } else {
      EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS) << LastError();
      EXPECT_EQ(d, (std::vector<float>{3, 6, 9, 12, 15, 18}));
    }
    Release(copied);
  }
  Fake().Reset();
}

TEST_F(CopyTest, R_ext_50_RangesAreChecked) {
  char byte = 0;
  onnxEvent event = Garbage();
  const auto refused = [&](onnxStatus status, onnxMemoryCopy copy) {
    event = Garbage();
    EXPECT_EQ(Copy({Up("z", at_, 1), copy}, {}, &event), status) << LastError();
    EXPECT_EQ(event, nullptr);
    EXPECT_EQ(Copy({Up("z", at_, 1), copy}), status);
    EXPECT_NE(LastError().find("copy 1"), std::string::npos) << LastError();
    EXPECT_EQ(bytes_[0], '.');  // nothing is copied
  };
  constexpr onnxStatus kLocation = ONNXIFI_STATUS_INVALID_MEMORY_LOCATION;
  constexpr size_t kMost = std::numeric_limits<size_t>::max();
  refused(kLocation, Up(&byte, at_ + 16, 1));
  refused(kLocation, Up(&byte, at_ - 1, 1));
  refused(kLocation, Up(&byte, at_ + 1, 16));
  refused(kLocation, Up(&byte, at_, kMost));
  refused(kLocation, Up(&byte, at_ + 17, 0));
  refused(kLocation, Up(nullptr, at_, 1));
  refused(kLocation, Up(&byte, 0, 1));
  refused(kLocation, Down(at_ + 8, &byte, 9));
  refused(kLocation, Down(at_, nullptr, 1));
  refused(kLocation, Across(at_, at_ + 12, 5));
  refused(kLocation, Across(kMost, at_, 1));
  onnxMemoryCopy copy = Up(&byte, at_, 1);
  for (const onnxEnum type : {1, 2, 4, 8}) {
    copy.fromType = type;
    refused(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE, copy);
  }
  copy.fromType = 32;
  refused(ONNXIFI_STATUS_INVALID_MEMORY_TYPE, copy);
  EXPECT_EQ(Free(at_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Copy({Up(&byte, at_, 1)}), kLocation);
}

TEST_F(CopyTest, CopyRefusesBadArguments) {
  onnxEvent event = Garbage();
  EXPECT_EQ(Copy({}, {Garbage()}, &event), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(event, nullptr);
  onnxEvent gone = NewEvent();
  Forget(gone);
  Release(gone);
  EXPECT_EQ(Copy({}, {NewEvent(), gone}), ONNXIFI_STATUS_INVALID_EVENT);
  onnxCopyMemoryArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend_;
  arguments.copiesCount = 1;
  EXPECT_EQ(table_->copyMemory(&arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments.copiesCount = 0;
  arguments.waitCount = 1;
  EXPECT_EQ(table_->copyMemory(&arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments.backend = nullptr;
  EXPECT_EQ(table_->copyMemory(&arguments), ONNXIFI_STATUS_INVALID_BACKEND);
}

TEST_F(CopyTest, ReleasingTheBackendWaitsForItsCopies) {
  const onnxBackend own = backend_;
  backend_ = NewBackend(id_);
  const onnxMemory memory = New(8);
  std::vector<onnxEvent> waits = {NewEvent(), NewEvent()};
  char out[8] = {};
  onnxEvent done = nullptr;
  ASSERT_EQ(Copy({Up("abcdefg", memory.buffer, 8), Down(memory.buffer, out, 8)},
                 waits, &done),
            ONNXIFI_STATUS_SUCCESS);
  std::thread signals([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (onnxEvent event : waits) {
      EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
  });
  Forget(backend_);
  EXPECT_EQ(onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(out, std::string("abcdefg"));
  signals.join();
  EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS);
  Release(done);
  backend_ = own;
}

TEST_F(CopyTest, R_ext_51_QueryCopy) {
  onnxCopySupport support = {};
  support.structSize = sizeof(support);
  onnxQueryCopyArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id_;
  arguments.support = &support;
  const auto ask = [&](onnxEnum from, onnxEnum to) {
    arguments.fromType = from;
    arguments.toType = to;
    support.support = 77;
    return table_->queryCopy(&arguments);
  };
  for (const onnxEnum from : {0, 16}) {
    for (const onnxEnum to : {0, 16}) {
      EXPECT_EQ(ask(from, to), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(support.support, uint32_t{ONNXIFI_COPY_DIRECT});
    }
    EXPECT_EQ(ask(from, ONNXIFI_MEMORY_TYPE_CUDA_BUFFER),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(support.support, uint32_t{ONNXIFI_COPY_NONE});
    EXPECT_EQ(ask(from, 3), ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
    EXPECT_EQ(ask(32, from), ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
    EXPECT_EQ(support.support, 77u);
  }
  support.structSize = sizeof(support) - 1;
  EXPECT_EQ(ask(0, 0), ONNXIFI_STATUS_INVALID_SIZE);
  arguments.support = nullptr;
  EXPECT_EQ(table_->queryCopy(&arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments.backendID = backend_;
  EXPECT_EQ(table_->queryCopy(&arguments), ONNXIFI_STATUS_INVALID_ID);
}

}  // namespace
}  // namespace onnxifi::testing
