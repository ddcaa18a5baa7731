/** Has the server do one statement: `statement.ts PORT DATABASE SQL`, with the password in PASSWORD. */
import mysql from 'mysql2/promise'

const [port = '', database = '', sql = ''] = process.argv.slice(2)
const login = { host: '127.0.0.1', port: Number(port), user: 'blotter', password: process.env['PASSWORD'], database }
const connection = await mysql.createConnection(login)
await connection.query(sql)
await connection.end()
