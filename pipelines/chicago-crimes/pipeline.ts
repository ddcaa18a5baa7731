import { definePipeline } from '../../src/index.ts'

export default definePipeline({
  title: 'Crimes in Chicago, 2001 to present',
})
