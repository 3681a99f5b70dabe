#ifndef ONNXIFI_BACKENDS_CPU_IMAGE_IMAGE_API_H_
#define ONNXIFI_BACKENDS_CPU_IMAGE_IMAGE_API_H_

#include <stddef.h>
#include <stdint.h>

// Between the CPU plugin and its helper library onnxifi-imagedecoder.so, which
// brings the image libraries: they are loaded by models with an ImageDecoder
// alone. Plain C, so that the two need nothing else in common.

#ifdef __cplusplus
extern "C" {
#endif

// Changes with every change below.
#define ONNXIFI_IMAGE_API_VERSION 1

#define ONNXIFI_IMAGE_RGB 0
#define ONNXIFI_IMAGE_BGR 1
#define ONNXIFI_IMAGE_GRAYSCALE 2

// Memory for height * width * channels bytes; null when there is none. Called
// at most once by a decoding.
typedef uint8_t* (*onnxifiImageAllocate)(void* context, uint32_t height,
                                         uint32_t width, uint32_t channels);

// Name of the exported function; it returns ONNXIFI_IMAGE_API_VERSION.
#define ONNXIFI_IMAGE_VERSION_NAME "onnxifiImageApiVersion"
typedef int (*onnxifiImageApiVersionFn)(void);

// Name of the exported function. Decodes `size` bytes of any format it knows
// into rows of `pixel_format` pixels, top row first. 0 when that worked;
// otherwise the memory, if any was asked for, has no meaning. Thread-safe.
#define ONNXIFI_IMAGE_DECODE_NAME "onnxifiImageDecode"
typedef int (*onnxifiImageDecodeFn)(const uint8_t* data, size_t size,
                                    int pixel_format,
                                    onnxifiImageAllocate allocate,
                                    void* context);

#ifdef __cplusplus
}
#endif

#endif  // ONNXIFI_BACKENDS_CPU_IMAGE_IMAGE_API_H_
