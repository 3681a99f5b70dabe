#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace onnxifi {
namespace {

TEST(ThreadPoolTest, EveryChunkRunsExactlyOnce) {
  ThreadPool pool(4);
  for (const int64_t chunks : {0, 1, 2, 3, 7, 64, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<size_t>(chunks));
    for (int repeat = 1; repeat <= 50; ++repeat) {
      pool.ParallelFor(chunks,
                       [&](int64_t c) { ++runs[static_cast<size_t>(c)]; });
      for (const auto& count : runs) ASSERT_EQ(count, repeat);
    }
  }
}

TEST(ThreadPoolTest, WritesOfChunksAreVisibleToTheCaller) {
  ThreadPool pool(3);
  std::vector<int> values(257);
  for (int round = 0; round < 500; ++round) {
    pool.ParallelFor(257, [&](int64_t c) {
      values[static_cast<size_t>(c)] = static_cast<int>(c) + round;
    });
    const int sum = std::accumulate(values.begin(), values.end(), 0);
    ASSERT_EQ(sum, 257 * 128 + 257 * round);
  }
}

TEST(ThreadPoolTest, RangesCoverAllItemsAndRespectTheGrain) {
  ThreadPool pool(2);
  std::vector<std::atomic<int>> hits(103);
  std::atomic<bool> too_small{false};
  pool.ParallelRange(103, 20, [&](int64_t begin, int64_t end) {
    if (end - begin < 17) too_small = true;
    for (int64_t i = begin; i < end; ++i) ++hits[static_cast<size_t>(i)];
  });
  for (const auto& hit : hits) EXPECT_EQ(hit, 1);
  EXPECT_FALSE(too_small);
}

TEST(ThreadPoolTest, WorkersTakePart) {
  ThreadPool pool(2);
  std::atomic<int> inside{0};
  std::atomic<bool> met{false};
  // Two chunks that wait for each other need two threads.
  pool.ParallelFor(2, [&](int64_t) {
    ++inside;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (inside < 2 && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    if (inside == 2) met = true;
  });
  EXPECT_TRUE(met);
}

TEST(ThreadPoolTest, NestedCallsRunInline) {
  ThreadPool pool(4);
  std::atomic<int> total{0};
  std::atomic<int> strangers{0};
  pool.ParallelFor(8, [&](int64_t) {
    const auto self = std::this_thread::get_id();
    pool.ParallelFor(16, [&](int64_t) {
      ++total;
      if (std::this_thread::get_id() != self) ++strangers;
    });
  });
  EXPECT_EQ(total, 8 * 16);
  EXPECT_EQ(strangers, 0);
}

TEST(ThreadPoolTest, SeveralCallersAtOnce) {
  ThreadPool pool(3);
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        pool.ParallelFor(9, [&](int64_t c) { total += c; });
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 300 * 36);
}

TEST(ThreadPoolTest, SleepingWorkersWakeUp) {
  ThreadPool pool(2);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::set<std::thread::id> ids;
    std::mutex mutex;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    pool.ParallelFor(2, [&](int64_t) {
      size_t seen = 0;
      do {
        {
          const std::lock_guard<std::mutex> lock(mutex);
          ids.insert(std::this_thread::get_id());
          seen = ids.size();
        }
        std::this_thread::yield();
      } while (seen < 2 && std::chrono::steady_clock::now() < end);
    });
    EXPECT_EQ(ids.size(), 2u) << "round " << i;
  }
}

TEST(ThreadPoolTest, StopEndsTheWorkersAndTheNextJobWorks) {
  ThreadPool pool(4);
  std::atomic<int> total{0};
  for (int i = 0; i < 10; ++i) {
    pool.ParallelFor(10, [&](int64_t) { ++total; });
    EXPECT_FALSE(pool.idle());
    pool.Stop();
    EXPECT_TRUE(pool.idle());
  }
  EXPECT_EQ(total, 100);
}

TEST(ThreadPoolTest, StopDuringJobsIsSafe) {
  ThreadPool pool(3);
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    while (!stop) {
      pool.Stop();
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  std::atomic<int> total{0};
  for (int i = 0; i < 300; ++i) {
    pool.ParallelFor(5, [&](int64_t) { ++total; });
  }
  stop = true;
  stopper.join();
  EXPECT_EQ(total, 1500);
}

TEST(ThreadPoolTest, ChildOfAForkFinishesAlone) {
  ThreadPool pool(4);
  std::atomic<int> total{0};
  pool.ParallelFor(100, [&](int64_t) { ++total; });
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);
    int sum = 0;
    {
      pool.ParallelFor(100, [&](int64_t) { ++sum; });
      pool.Stop();
      pool.ParallelFor(1, [&](int64_t) { ++sum; });
    }
    _exit(sum == 101 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

std::atomic<int> g_inits{0};

TEST(ThreadPoolTest, WorkerInitRunsOnWorkersOnly) {
  ThreadPool::SetWorkerInit([] { ++g_inits; });
  {
    ThreadPool pool(3);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (g_inits < 2 && std::chrono::steady_clock::now() < end) {
      pool.ParallelFor(4, [](int64_t) {});
    }
    pool.Stop();
  }
  ThreadPool::SetWorkerInit(nullptr);
  EXPECT_EQ(g_inits, 2);
}

TEST(ThreadPoolTest, WorkersBlockSignals) {
  ThreadPool pool(2);
  std::atomic<int> inside{0};
  std::atomic<int> blocked{0};
  const auto caller = std::this_thread::get_id();
  pool.ParallelFor(2, [&](int64_t) {
    ++inside;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (inside < 2 && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    if (std::this_thread::get_id() == caller) return;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    if (sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGINT) == 1) {
      ++blocked;
    }
  });
  EXPECT_EQ(blocked, 1);
}

TEST(ThreadPoolTest, GlobalSurvivesShutdown) {
  EXPECT_GE(ThreadPool::Global().threads(), 1);
  std::atomic<int> total{0};
  ThreadPool::Global().ParallelFor(4, [&](int64_t) { ++total; });
  ThreadPool::ShutdownGlobal();
  EXPECT_TRUE(ThreadPool::Global().idle());
  ThreadPool::Global().ParallelFor(4, [&](int64_t) { ++total; });
  EXPECT_EQ(total, 8);
  ThreadPool::ShutdownGlobal();
}

}  // namespace
}  // namespace onnxifi
