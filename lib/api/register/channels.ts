// Who is told of deployments, in the API.
import { z } from 'zod'
import { byMessage, channelChange, channelInput, channelPage, messagePage } from '../inputs-channels.ts'
import { byId } from '../inputs.ts'
import { operation, pageOf } from '../operation.ts'
import { channelView, messageView } from '../shapes-channels.ts'

const one = '/channels/{id}'

export const channelOperations = {
  listChannels: operation({
    method: 'GET',
    path: '/channels',
    summary: 'Who is told of a project’s deployments',
    role: 'viewer',
    input: channelPage,
    output: pageOf(channelView),
    command: 'channel list',
  }),
  createChannel: operation({
    method: 'POST',
    path: '/channels',
    summary: 'Tell somebody of deployments: by e-mail, in a chat, to a program, or as marks on commits',
    role: 'admin',
    input: channelInput,
    output: channelView,
    status: 201,
    key: 'answer',
    command: 'channel create',
  }),
  updateChannel: operation({
    method: 'PATCH',
    path: one,
    summary: 'Change what is told, of what and to whom',
    role: 'admin',
    input: channelChange,
    output: channelView,
    command: 'channel update',
  }),
  removeChannel: operation({
    method: 'DELETE',
    path: one,
    summary: 'Tell them nothing any more; its messages go, too',
    role: 'admin',
    input: byId,
    output: z.null(),
    command: 'channel remove',
  }),
  testChannel: operation({
    method: 'POST',
    path: '/channels/{id}/test',
    summary: 'Send a message that says only that it is one',
    role: 'admin',
    input: byId,
    output: messageView,
    status: 202,
    command: 'channel test',
  }),
  listMessages: operation({
    method: 'GET',
    path: '/messages',
    summary: 'What was told or is to be, newest first, of a project or a channel',
    role: 'viewer',
    input: messagePage,
    output: pageOf(messageView),
    command: 'message list',
  }),
  sendAgain: operation({
    method: 'POST',
    path: '/messages/{id}/again',
    summary: 'Send a message again, or at once when it waits for its next try',
    role: 'admin',
    input: byMessage,
    output: messageView,
    status: 202,
    command: 'message again',
  }),
}
