import { definePipeline } from '../../src/index.ts'
import { incidents } from './demo/incidents.ts'

export default definePipeline({
  title: 'Crimes in Chicago, 2001 to present',
  demo: incidents,
})
