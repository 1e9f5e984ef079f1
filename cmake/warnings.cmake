add_library(telltale_flags INTERFACE)
target_compile_features(telltale_flags INTERFACE c_std_11)
target_compile_options(telltale_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wvla -Wundef
  -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings
  -Wnull-dereference -Wswitch-enum -Wunused-result
  # A product and a sum are fused where fma() says so and nowhere else: results must not depend on it.
  -ffp-contract=off -fno-trapping-math -fno-math-errno
  $<$<C_COMPILER_ID:GNU>:-Wdouble-promotion -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init>
  $<$<BOOL:${TELLTALE_WERROR}>:-Werror>)
foreach(san IN LISTS TELLTALE_SANITIZE)
  target_compile_options(telltale_flags INTERFACE -fsanitize=${san} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(telltale_flags INTERFACE -fsanitize=${san})
endforeach()
if(TELLTALE_COVERAGE)
  target_compile_options(telltale_flags INTERFACE --coverage)
  target_link_options(telltale_flags INTERFACE --coverage)
endif()
