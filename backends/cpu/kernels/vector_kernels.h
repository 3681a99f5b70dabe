#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_KERNELS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_KERNELS_H_

#include <cstdint>

#include "backends/common/fusion/activation.h"

namespace onnxifi::cpu {

// One tile of a matrix product: rows [0, rows) of C, one panel of packed B.
struct GemmTile {
  const float* a;        // row-major
  int64_t a_stride;      // between rows of A
  int64_t rows;          // of A and C
  const float* panel;    // depth rows of panel_columns values
  int64_t panel_stride;  // between those rows; panel_columns when packed
  int64_t depth;         // of this part of the inner dimension
  float* c;
  int64_t c_stride;
  int64_t columns;    // valid columns of the panel
  const float* bias;  // panel_columns values to start from; may be null
  bool accumulate;    // add to C instead of starting from the bias
};

// One channel-blocked image plane (one batch item, one channel block) of a
// pooling window; heights and widths as in Window, depth included.
struct PoolPlane {
  const float* in;
  float* out;
  const int64_t* in_dims;  // 3 each
  const int64_t* out_dims;
  const int64_t* kernel;
  const int64_t* stride;
  const int64_t* dilation;
  const int64_t* pad;
  bool count_padding;      // divide by the whole window, padding included
  const int64_t* pad_end;  // for windows that leave the padding
};

// A 1x1 convolution of stride 1 on one channel-blocked image, for one or two
// adjacent output blocks. Input channels are listed, so that groups need not
// fill blocks and may be permuted.
struct PointConvCall {
  const float* src;        // the image
  const int64_t* offsets;  // of each listed channel at position 0, in floats
  int64_t depth;           // listed channels
  const float* weights;    // depth x (block * out_blocks)
  const float* bias;       // block * out_blocks values
  const float* residual;   // laid out as dst; may be null
  float* dst;              // first output block of the image
  int64_t block_stride;    // floats between output blocks
  int out_blocks;          // 1 or 2
  float lo;
  float hi;
};

// Local response normalisation over `channels` of `points` positions.
struct LrnCall {
  const float* in;
  float* out;
  int64_t channels;  // in memory: padded to the block
  int64_t points;    // distance between channels (plain) or blocks
  int64_t before;    // channels of the window before and after the centre
  int64_t after;
  float scale;  // alpha / size
  float beta;
  float bias;
  float* scratch;  // channels + before + after + 16 floats
};

// Inner loops compiled once per instruction set. All pointers may be
// unaligned. Stateless.
struct VectorKernels {
  int panel_columns;  // columns of a packed panel of B
  int tile_rows;      // rows that fill the registers; the caller's step
  void (*gemm_tile)(const GemmTile& tile);
  // y[i] = f(x[i]); in place allowed.
  void (*activate)(const Activation& activation, const float* x, float* y,
                   int64_t count);
  // y = softmax(x * scale + mask) or its logarithm; mask may be null.
  void (*softmax)(const float* x, const float* mask, float scale, float* y,
                  int64_t count, bool logarithm);
  // y = (x - mean) / sqrt(variance + epsilon) * gain + shift; gain and shift
  // may be null, the statistics too. x may equal y.
  void (*layer_norm)(const float* x, const float* gain, const float* shift,
                     float epsilon, float* y, int64_t count, float* mean,
                     float* inverse_deviation);
  // Sum and sum of squared differences from the mean of `count` values.
  void (*moments)(const float* x, int64_t count, double* mean,
                  double* square_sum);
  // y = max(lo, min(hi, x * scale + shift)) on a plain row.
  void (*scale_row)(const float* x, float scale, float shift, float lo,
                    float hi, float* y, int64_t count);
  // y = (x - mean) * scale + shift; x may equal y. Subtracted first, and in
  // two parts: where values lie close together, a product with the mean is
  // large beside the result, and what rounding loses of it too.
  void (*centre_row)(const float* x, double mean, float scale, float shift,
                     float* y, int64_t count);
  // The same as scale_row for `points` positions of one channel block of 8 or 16; scale
  // and shift hold one value per channel of the block.
  void (*scale_block)(int block, const float* x, const float* scale,
                      const float* shift, float lo, float hi, float* y,
                      int64_t points);
  void (*max_pool)(int block, const PoolPlane& plane);
  void (*average_pool)(int block, const PoolPlane& plane);
  // Positions [begin, end).
  void (*point_conv)(int block, const PointConvCall& call, int64_t begin,
                     int64_t end);
  // One position per call (blocked) or `points` positions (plain).
  void (*lrn_blocked)(int block, const LrnCall& call, int64_t begin,
                      int64_t end);
  void (*lrn_plain)(const LrnCall& call, int64_t begin, int64_t end);
};

extern const VectorKernels kVectorBaseline;
extern const VectorKernels kVectorAvx2;
extern const VectorKernels kVectorAvx512;

// The best set this CPU may run.
const VectorKernels& Vectors();

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_VECTOR_KERNELS_H_
