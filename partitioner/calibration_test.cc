#include "partitioner/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace onnxifi::partitioner {
namespace {

constexpr double kMebibyte = 1 << 20;

DeviceFigures Told() {
  DeviceFigures told;
  told.launch = 7;
  told.from_host = {100, 300};
  told.to_host = {100, 100};
  return told;
}

// What a device gives that takes 5000 for a launch, 400 for a node, 1000 for a
// pair of copies, and 200 and 600 picoseconds a byte to it and back; its nodes
// take 50 a byte.
ProbeTimes Exact() {
  ProbeTimes times;
  times.nodes = 5;
  times.bytes = kMebibyte;
  times.one = 6400;
  times.chain = 6400 + 4 * 400;
  times.wide = 6400 + 4 * 1400;
  times.large = 6400 + kMebibyte * 0.85;
  times.large_chain = 6400 + 4 * 400 + kMebibyte * (0.8 + 5 * 0.05);
  times.slice = 7000;
  times.large_slice = 7000 + kMebibyte * 0.2;
  return times;
}

TEST(CalibrationTest, SolvesForEveryFigure) {
  const Calibration solved = SolveFigures(Exact(), Told(), false);
  EXPECT_EQ(solved.launch, 5000);
  ASSERT_TRUE(solved.from_host && solved.to_host);
  EXPECT_EQ(solved.from_host->latency, 500);
  EXPECT_EQ(solved.to_host->latency, 500);
  EXPECT_NEAR(static_cast<double>(solved.from_host->picoseconds), 200, 1);
  EXPECT_NEAR(static_cast<double>(solved.to_host->picoseconds), 600, 1);
}

TEST(CalibrationTest, WithoutSlicesTheVendorTellsTheDirectionsApart) {
  ProbeTimes times = Exact();
  times.slice.reset();
  Calibration solved = SolveFigures(times, Told(), false);
  EXPECT_NEAR(static_cast<double>(solved.from_host->picoseconds), 600, 1);
  EXPECT_NEAR(static_cast<double>(solved.to_host->picoseconds), 200, 1);
  DeviceFigures silent = Told();
  silent.from_host.picoseconds = silent.to_host.picoseconds = 0;
  solved = SolveFigures(times, silent, false);
  EXPECT_NEAR(static_cast<double>(solved.from_host->picoseconds), 400, 1);
  EXPECT_NEAR(static_cast<double>(solved.to_host->picoseconds), 400, 1);
}

TEST(CalibrationTest, WhatCouldNotRunKeepsWhatTheVendorTells) {
  ProbeTimes times;
  EXPECT_TRUE(SolveFigures(times, Told(), false).empty());
  times.one = 5000;
  const Calibration solved = SolveFigures(times, Told(), false);
  EXPECT_EQ(solved.launch, 5000 - 200);
  EXPECT_EQ(solved.from_host->picoseconds, 300);
  EXPECT_EQ(solved.to_host->picoseconds, 100);
}

TEST(CalibrationTest, HostMemoryHasNoCopies) {
  const Calibration solved = SolveFigures(Exact(), Told(), true);
  EXPECT_EQ(solved.launch, 6000);
  EXPECT_FALSE(solved.from_host || solved.to_host);
  const DeviceFigures figures = solved.Correct(DeviceFigures());
  EXPECT_EQ(figures.launch, 6000);
  EXPECT_EQ(figures.from_host.latency, 0);
}

TEST(CalibrationTest, NonsenseGivesFiguresWithinRange) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> odd = {0,     -1e30, 1e-30,      5000,
                                   1e300, NAN,   -kInfinity, kInfinity};
  std::optional<double> ProbeTimes::*const all[] = {
      &ProbeTimes::one,         &ProbeTimes::chain, &ProbeTimes::wide,
      &ProbeTimes::large,       &ProbeTimes::slice, &ProbeTimes::large_chain,
      &ProbeTimes::large_slice,
  };
  // Every pair of measurements with every pair of odd values.
  for (const auto& first : all) {
    for (const auto& second : all) {
      for (const double a : odd) {
        for (const double b : odd) {
          ProbeTimes times = Exact();
          times.*first = a;
          times.*second = b;
          times.nodes = static_cast<int>(std::isfinite(a)) * 2;
          const Calibration solved = SolveFigures(times, Told(), false);
          if (!solved.launch) continue;
          EXPECT_GE(*solved.launch, 0);
          EXPECT_LE(*solved.launch, kMostNodeNs);
          for (const auto& copy : {*solved.from_host, *solved.to_host}) {
            EXPECT_GE(copy.latency, 0);
            EXPECT_LE(copy.latency, kMostNodeNs);
            EXPECT_GE(copy.picoseconds, 0);
            EXPECT_LE(copy.picoseconds, kMostPicoseconds);
          }
        }
      }
    }
  }
  for (const double bytes : {0.0, -5.0, 1e-300, double{NAN}, kInfinity}) {
    ProbeTimes times = Exact();
    times.bytes = bytes;
    const Calibration solved = SolveFigures(times, Told(), false);
    EXPECT_EQ(solved.from_host->picoseconds, 300);
  }
}

TEST(CalibrationTest, TheNewerMeasurementCounts) {
  Calibration old, newer;
  old.launch = 1;
  old.nodes = {{"A", 1}, {"B", 2}};
  newer.nodes = {{"B", 20}, {"C", 30}};
  newer.to_host = CopyCost{3, 4};
  old.Merge(newer);
  EXPECT_EQ(old.launch, 1);
  EXPECT_EQ(old.to_host->latency, 3);
  EXPECT_EQ(old.nodes,
            (std::map<std::string, Ns>{{"A", 1}, {"B", 20}, {"C", 30}}));
}

}  // namespace
}  // namespace onnxifi::partitioner
