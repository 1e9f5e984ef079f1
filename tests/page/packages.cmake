# The browser's driver, outside of the sources: cmake -DNPM=... -DFROM=... -DTO=... -P packages.cmake
file(COPY ${FROM}/package.json ${FROM}/package-lock.json DESTINATION ${TO})
if(EXISTS ${TO}/node_modules/.package-lock.json AND ${TO}/node_modules/.package-lock.json IS_NEWER_THAN ${TO}/package-lock.json)
  return()
endif()
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${TO}
                RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "npm ci failed in ${TO}")
endif()
