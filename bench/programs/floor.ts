/** What mysql2 needs to stream a table as arrays that are thrown away: `floor.ts HOST PORT DATABASE text|binary [SQL]`, PASSWORD. */
import mysql from 'mysql2'

const [host = '', port = '', database = '', protocol = 'text', sql = 'SELECT * FROM crimes'] = process.argv.slice(2)
const login = { host, port: Number(port), user: 'blotter', password: process.env['PASSWORD'], database, charset: 'utf8mb4' }
const connection = mysql.createConnection({ ...login, rowsAsArray: true })
const query = protocol === 'binary' ? connection.execute(sql) : connection.query(sql)
let rows = 0
query
  .stream({ highWaterMark: 1000 })
  .on('data', () => rows++)
  .on('end', () => {
    console.log(rows)
    connection.end()
  })
